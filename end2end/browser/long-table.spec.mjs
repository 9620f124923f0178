// A long table: what a key and a minute cost, in rows that are touched and in the processor's time.
// Nothing here looks at the clock, so a busy machine does not matter.
import { test } from 'node:test';
import assert from 'node:assert/strict';
import { eventually, live, prepare, rows, signIn } from './support/prepare.mjs';

const PORTS = ['6006', '8000', '8888'];
const CLUSTERS = 60;
const ALL = CLUSTERS * PORTS.length;
// The groups that a page begins with: 24 lines, four a group.
const SENT = 6;

const world = prepare({
  async ready({ rig }) {
    const { clusters } = await rig.ask('generate', { clusters: CLUSTERS, ports: PORTS, prefix: 'many' });
    world.clusters = clusters.map(({ name_on_cloud: onCloud }) => onCloud);
  },
});

const count = (page) => rows(page).count();
const shows = (page, wanted) => eventually(`${wanted} rows`, async () => (await count(page)) === wanted);

async function filter(page, text, wanted) {
  await page.fill('#q', text);
  await shows(page, wanted);
}

// The rows from the top, each by its endpoint.
const order = (page) => page.locator('tr.row').evaluateAll((all) => all.map((row) => row.dataset.endpoint));

test('what a filter hides comes back as it was, and nothing is made anew', async () => {
  const page = await world.open();
  await shows(page, ALL);
  const before = await order(page);
  await page.evaluate(() => document.querySelectorAll('tbody.group, tr.row').forEach((it) => (it.isOld = true)));
  // Whole groups go, then rows within them, then both in turn.
  for (const [text, wanted] of [['many-00007', 3], ['', ALL], ['8888', CLUSTERS], ['many-0001', 30], ['many-0001 8888', 10], ['', ALL]]) {
    await filter(page, text, wanted);
    const made = await page.evaluate(() => [...document.querySelectorAll('tbody.group, tr.row')].filter((it) => !it.isOld).length);
    assert.equal(made, 0, `${made} made anew for “${text}”`);
  }
  assert.deepEqual(await order(page), before);
});

test('what the reader asks for does not wait for the pointer to leave the table', async () => {
  const page = await world.open();
  await filter(page, 'many-00007', 3);
  await rows(page).first().locator('a.url').hover();
  const began = Date.now();
  await filter(page, '', ALL);
  // Rows that come by themselves wait four seconds.
  assert.ok(Date.now() - began < 3_900, `${Date.now() - began} ms`);
});

test('what changed behind a filter is right when it is seen again, and what is gone stays away', async () => {
  const page = await world.open();
  await shows(page, ALL);
  const [, changed, gone] = world.clusters;
  await filter(page, 'many-00007', 3);
  await world.rig.ask('patch_lb', { name_on_cloud: changed, addresses: ['203.0.113.99'] });
  await world.rig.ask('terminate', { name_on_cloud: gone });
  await eventually('the server to know', async () => {
    const { clusters } = await world.server.overview();
    const urls = clusters.flatMap(({ endpoints }) => endpoints).flatMap((endpoint) => endpoint.urls);
    return clusters.length === CLUSTERS - 1 && urls.some((url) => JSON.stringify(url).includes('203.0.113.99'));
  });
  await filter(page, '', ALL - PORTS.length);
  assert.equal(await page.locator('a.url[href^="http://203.0.113.99:"]').count(), PORTS.length);
  assert.equal(await page.locator(`tr.row[data-endpoint*="/${gone}/"]`).count(), 0);
  // Nobody has seen the change, so nothing lights up.
  assert.equal(await page.locator('tr.fresh').count(), 0);
});

test('a minute later ages are told anew, a part of the rows at a time', async () => {
  const page = await world.stranger();
  await page.addInitScript(() => {
    const real = Date.now;
    globalThis.ahead = 0;
    Date.now = () => real() + globalThis.ahead;
  });
  await signIn(page, world.server);
  await live(page);
  const ages = () => page.locator('tr.row .c-age').allTextContents();
  const before = await ages();
  await page.evaluate(() => {
    globalThis.turns = [];
    let turn;
    new MutationObserver((records) => {
      if (!turn) {
        turn = new Set();
        globalThis.turns.push(turn);
        setTimeout(() => (turn = undefined));
      }
      for (const { target } of records) turn.add((target.parentElement ?? target).closest('tr.row'));
    }).observe(document.querySelector('#ports'), { subtree: true, childList: true, attributes: true, characterData: true });
    globalThis.ahead = 3_600_000;
  });
  await eventually('every age to be another one', async () => (await ages()).every((age, at) => age !== before[at]));
  const turns = await page.evaluate(() => globalThis.turns.map((turn) => turn.size));
  assert.ok(Math.max(...turns) <= 120, `rows touched at a time: ${turns}`);
});

test('a key in the filter takes little of the main thread', async () => {
  const page = await world.open();
  await eventually('the rows', async () => (await count(page)) >= ALL - PORTS.length);
  const devtools = await page.context().newCDPSession(page);
  // The main thread's own time: not what others took of the processor meanwhile.
  await devtools.send('Performance.enable', { timeDomain: 'threadTicks' });
  const spent = async () => {
    const { metrics } = await devtools.send('Performance.getMetrics');
    return 1_000 * metrics.find(({ name }) => name === 'TaskDuration').value;
  };
  await page.locator('#q').focus();
  const keys = [];
  for (const key of [...'many-0001', ...Array.from('many-0001', () => 'Backspace')]) {
    const before = await spent();
    await page.keyboard.press(key);
    await page.evaluate(() => new Promise((done) => requestAnimationFrame(() => setTimeout(done))));
    keys.push((await spent()) - before);
  }
  const told = `ms of the main thread for each key: ${keys.map((it) => it.toFixed(0)).join(', ')}`;
  const typical = keys.toSorted((a, b) => a - b)[keys.length >> 1];
  assert.ok(typical <= 40, told);
  // Those that fill the window anew; a machine with 16 others at its two cores takes twice its time.
  assert.ok(Math.max(...keys) <= 150, told);
});

// Holds the program back, from the next load on, until what it gives is called.
async function held(page) {
  let go;
  const told = new Promise((done) => (go = done));
  await page.route('**/pkg/*.wasm', async (route) => {
    await told;
    await route.continue();
  });
  return go;
}

test('a page begins with what fills a window, and its program brings the rest', async () => {
  const page = await world.stranger();
  await signIn(page, world.server);
  await eventually('the rows', async () => (await count(page)) >= ALL - PORTS.length);
  const all = await order(page);
  const go = await held(page);
  await page.reload({ waitUntil: 'domcontentloaded' });
  assert.equal(await count(page), SENT * PORTS.length);
  const first = await order(page);
  go();
  await shows(page, all.length);
  assert.deepEqual(await order(page), all);
  assert.deepEqual(all.slice(0, first.length), first);
});

test('without JavaScript all of it is there, in two tables with the same columns', async () => {
  const page = await world.open('/', { javaScriptEnabled: false });
  const tables = page.locator('table.endpoints');
  const shown = await tables.evaluateAll((all) => all.filter((table) => table.checkVisibility()).map((table) => ({
    rows: table.querySelectorAll('tr.row').length,
    columns: [...table.querySelectorAll('thead th')].map((head) => head.getBoundingClientRect().left),
    endpoints: [...table.querySelectorAll('tr.row')].map((row) => row.dataset.endpoint),
  })));
  assert.equal(shown.length, 2);
  const [first, more] = shown;
  assert.equal(first.rows, SENT * PORTS.length);
  assert.ok(first.rows + more.rows >= ALL - PORTS.length, `${first.rows} and ${more.rows} rows`);
  assert.deepEqual(more.columns, first.columns);
  const both = [...first.endpoints, ...more.endpoints];
  assert.equal(new Set(both).size, both.length, 'no row is told twice');
  assert.deepEqual(both, both.toSorted());
});

// How far down the group `at` stands in the window.
const top = (page, at) => page.evaluate((at) => document.querySelectorAll('.group')[at].getBoundingClientRect().top, at);

test('who loads the page anew or comes back to it is where they were', async () => {
  for (const options of [{}, { viewport: { width: 390, height: 800 } }]) {
    const page = await world.open('/', options);
    const last = (await page.locator('.group').count()) - 4;
    for (const at of [last, 20]) {
      await page.evaluate(async (at) => {
        // Heights are guessed until they are seen.
        for (let frame = 0; frame < 20; frame += 1) {
          document.querySelectorAll('.group')[at].scrollIntoView();
          await new Promise(requestAnimationFrame);
        }
      }, at);
      await page.waitForTimeout(300);
      const before = await top(page, at);
      assert.ok(Math.abs(before) < 800, `${before}`);
      const same = async () => Math.abs((await top(page, at)) - before) <= 2;
      await page.reload();
      await live(page);
      await eventually(`group ${at} in its place after a reload`, same);
      await page.goto(`${world.server.origin}/contexts`);
      await page.goBack();
      await live(page);
      await eventually(`group ${at} in its place after the way back`, same);
      // Half a second later nothing holds it any more.
      await page.waitForTimeout(1_000);
    }
    await page.goto(`${world.server.origin}/contexts`);
    await page.goto(`${world.server.origin}/`);
    await live(page);
    await page.waitForTimeout(600);
    assert.equal(await page.evaluate(() => scrollY), 0, 'another visit begins at the top');
  }
});

test('whoever moves after a reload is not moved again', async () => {
  const page = await world.open();
  await page.evaluate(() => document.querySelectorAll('.group')[40].scrollIntoView());
  await page.waitForTimeout(300);
  const go = await held(page);
  await page.reload({ waitUntil: 'domcontentloaded' });
  await page.mouse.move(600, 400);
  await page.mouse.wheel(0, -5_000);
  await eventually('the top', () => page.evaluate(() => scrollY === 0));
  go();
  await live(page);
  await page.waitForTimeout(600);
  assert.equal(await page.evaluate(() => scrollY), 0);
});
