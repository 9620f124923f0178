// What every page keeps to: weight, policy, widths, themes.
import { test } from 'node:test';
import assert from 'node:assert/strict';
import { brotliCompressSync, constants } from 'node:zlib';
import { request } from 'node:http';
import { eventually, live, prepare, rows, signIn } from './support/prepare.mjs';

const HTML_BUDGET = 25_000;

const world = prepare({
  async ready({ rig }) {
    await rig.ask('generate', { clusters: 100, ports: ['6006', '8000', '8888'] });
    world.long = await rig.cluster('a-cluster-with-a-name-longer-than-42-characters-by-far', ['8888'], {
      address: 'internal-a3f1c9e04b7d4f7e8b2c-1187495133.eu-west-1.elb.amazonaws.example.com',
    });
  },
});

test('the overview of 100 clusters is at most 25 kB', async (t) => {
  const headers = { authorization: `Bearer ${world.server.code}`, 'accept-encoding': 'br' };
  const { encoding, body } = await new Promise((resolve, reject) => {
    request(world.server.origin, { headers }, (answer) => {
      const parts = [];
      answer.on('data', (part) => parts.push(part));
      answer.on('end', () => resolve({ encoding: answer.headers['content-encoding'], body: Buffer.concat(parts) }));
    }).on('error', reject).end();
  });
  const params = { [constants.BROTLI_PARAM_QUALITY]: 5 };
  const sent = encoding === 'br' ? body.length : brotliCompressSync(body, { params }).length;
  t.diagnostic(`HTML: ${sent} bytes ${encoding === 'br' ? 'as sent' : 'if sent as brotli'}, for 301 endpoints`);
  assert.ok(sent <= HTML_BUDGET, `${sent} bytes`);
});

test('the policy allows no inline style or script but those with its hash, and no other origin', async () => {
  const answer = await world.server.fetch('/');
  const policy = answer.headers.get('content-security-policy');
  assert.doesNotMatch(policy, /unsafe-inline|'unsafe-eval'|https?:|\*/);
  for (const part of ["default-src 'none'", "base-uri 'none'", "form-action 'self'", "require-trusted-types-for 'script'"]) {
    assert.ok(policy.includes(part), `${part} in ${policy}`);
  }
  assert.equal(answer.headers.get('referrer-policy'), 'no-referrer');
  assert.equal(answer.headers.get('x-content-type-options'), 'nosniff');
});

test('every page is clean in the console, and all that it loads comes from us', async () => {
  const page = await world.open();
  const foreign = [];
  page.on('request', (made) => {
    if (!made.url().startsWith(world.server.origin) && !made.url().startsWith('data:')) foreign.push(made.url());
  });
  for (const target of ['/', '/contexts', `/c/rig/default/${world.long}`, '/?q=load-00001&state=open']) {
    await page.goto(world.server.origin + target);
    await live(page);
  }
  assert.deepEqual(foreign, []);
});

test('links lead nowhere but to http and https', async () => {
  const page = await world.open();
  const hrefs = await page.locator('a[href]').evaluateAll((all) => all.map((a) => a.protocol));
  assert.deepEqual([...new Set(hrefs)], ['http:']);
});

test('390 px wide: nothing scrolls sideways', async () => {
  for (const target of ['/', '/contexts', `/c/rig/default/${world.long}`]) {
    const page = await world.open(target, { viewport: { width: 390, height: 844 } });
    const [wide, seen] = await page.evaluate(() => [document.documentElement.scrollWidth, innerWidth]);
    assert.ok(wide <= seen, `${target}: ${wide} px in ${seen}`);
  }
});

test('light and dark follow the system', async () => {
  const brightness = async (colorScheme) => {
    const page = await world.open('/', { colorScheme });
    return page.evaluate(() => {
      // Painted, since a colour may be written in any notation.
      const canvas = new OffscreenCanvas(1, 1).getContext('2d');
      canvas.fillStyle = getComputedStyle(document.body).backgroundColor;
      canvas.fillRect(0, 0, 1, 1);
      const [red, green, blue] = canvas.getImageData(0, 0, 1, 1).data;
      return (red + green + blue) / 765;
    });
  };
  assert.ok((await brightness('light')) > 0.85);
  assert.ok((await brightness('dark')) < 0.2);
});

test('the first links are there before any script', async () => {
  const page = await world.stranger();
  // Scripts never arrive; what the server sent must be enough to read.
  await page.route(/\.wasm$/, () => {});
  await signIn(page, world.server);
  assert.ok((await rows(page).count()) >= 18);
  assert.ok(await page.locator('a.url').first().isVisible());
  assert.ok(await page.locator('#not-started').isHidden());
});

test('a program that does not start is told, and all rows are to be had without it', async () => {
  const page = await world.stranger({ expected: [/Failed to load resource/, /ERR_FAILED|Failed to fetch/, /preload/] });
  await page.route(/\.wasm$/, (route) => route.abort());
  await signIn(page, world.server);
  await page.locator('#not-started').waitFor();
  // What the program alone can do is not offered, here or there; what it does by itself has a button.
  const withoutProgram = async () => {
    const idle = '[data-copy], [data-copies], [data-fold], [data-mine], [data-open], [data-theme-toggle], .live';
    const shown = await page.locator(idle).evaluateAll((all) => all.map((it) => it.checkVisibility() && it.outerHTML));
    assert.notEqual(shown.length, 0);
    assert.deepEqual(shown.filter(Boolean), []);
    assert.ok(await page.getByRole('button', { name: 'Apply' }).isVisible());
  };
  await withoutProgram();
  await page.locator('#not-started a').click();
  await eventually('all rows', async () => (await rows(page).count()) === 301);
  assert.equal(new URL(page.url()).search, '?still');
  assert.equal(await page.locator('script[type="module"]').count(), 0);
  await withoutProgram();
  const last = await page.locator('#ports .group-name').nth(99).textContent();
  await page.fill('#q', last);
  await page.getByRole('button', { name: 'Apply' }).click();
  await eventually('the filter', async () => (await rows(page).count()) === 3);
  // With the program nobody needs it.
  await page.unroute(/\.wasm$/);
  await page.reload();
  await live(page);
  assert.ok(await page.getByRole('button', { name: 'Apply' }).isHidden());
});
