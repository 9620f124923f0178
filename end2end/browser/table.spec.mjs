// The table: sorted, grouped, folded, in ranges, one's own; and it holds still under the pointer.
import { test } from 'node:test';
import assert from 'node:assert/strict';
import { eventually, prepare, row, rows } from './support/prepare.mjs';

const world = prepare({
  async ready({ rig }) {
    world.train = await rig.cluster('train', ['6006', '8888'], { address: '203.0.113.7' });
    world.bench = await rig.cluster('bench', ['8000'], { address: '203.0.113.8', user: 'grace@example.com' });
    world.serve = await rig.cluster('serve', ['30001-30012'], { address: '203.0.113.9' });
  },
});

const headings = (page) => page.locator('.group-name').allInnerTexts();
const ports = (page) => page.locator('.c-port .port').allInnerTexts();

test('a click on a head sorts by it, a second one the other way round, and the address says so', async () => {
  const page = await world.open();
  assert.deepEqual(await headings(page), ['bench', 'serve', 'train']);
  const head = page.getByRole('columnheader', { name: 'Port' });
  await head.getByRole('link').click();
  await eventually('ports to rise', async () => (await ports(page))[0] === '6006');
  assert.equal(await head.getAttribute('aria-sort'), 'ascending');
  assert.match(page.url(), /\?sort=port$/);
  await head.getByRole('link').click();
  await eventually('ports to fall', async () => (await ports(page))[0] === '30001–30012');
  assert.equal(await head.getAttribute('aria-sort'), 'descending');
  assert.deepEqual(await headings(page), ['serve', 'train', 'bench']);
  const again = await world.open(new URL(page.url()).search ? `/${new URL(page.url()).search}` : '/');
  assert.deepEqual(await ports(again), await ports(page));
});

test('grouped by owner, rows tell their cluster', async () => {
  const page = await world.open();
  await page.selectOption('#group', 'user');
  await eventually('owners', async () => (await headings(page)).includes('grace@example.com'));
  assert.match(page.url(), /\?group=user$/);
  assert.equal(await row(page, world.bench, 8000).locator('.of').innerText(), 'bench');
});

test('menus narrow, and together with words', async () => {
  const page = await world.open();
  await page.selectOption('#owner', 'grace@example.com');
  await eventually('one cluster', async () => (await headings(page)).join() === 'bench');
  await page.fill('#q', 'train');
  await page.getByText('Nothing matches this filter').waitFor();
  await page.getByRole('link', { name: 'Clear filters' }).click();
  await eventually('all clusters', async () => (await headings(page)).length === 3);
  assert.deepEqual([await page.inputValue('#q'), await page.inputValue('#owner')], ['', '']);
});

test('ports that differ in nothing but their number are one row, which opens to a link each', async () => {
  const page = await world.open();
  const range = row(page, world.serve, 30001);
  assert.equal(await range.locator('.port').innerText(), '30001–30012');
  assert.equal(await range.locator('a.chip:visible').count(), 0);
  await range.locator('summary').click();
  const links = range.locator('a.chip:visible');
  assert.equal(await links.count(), 12);
  assert.equal(await links.last().getAttribute('href'), 'http://203.0.113.9:30012/');
  assert.equal(await links.last().getAttribute('rel'), 'noopener noreferrer');
});

test('a group stays folded while others come and go', async () => {
  const page = await world.open();
  const fold = page.getByRole('button', { name: 'Rows of train' });
  await fold.click();
  assert.equal(await fold.getAttribute('aria-expanded'), 'false');
  assert.ok(await row(page, world.train, 8888).isHidden());
  await page.fill('#q', 'bench');
  await eventually('the others to go', async () => (await rows(page).count()) === 1);
  await page.fill('#q', '');
  await eventually('the others to come back', async () => (await rows(page).count()) === 4);
  assert.ok(await row(page, world.train, 8888).isHidden());
  await fold.click();
  assert.ok(await row(page, world.train, 8888).isVisible());
});

test('“Mine” asks once who that is, and remembers it', async () => {
  const page = await world.open();
  const mine = page.getByRole('button', { name: 'Mine' });
  await mine.click();
  assert.equal(await page.evaluate(() => document.activeElement.id), 'owner');
  await page.selectOption('#owner', 'grace@example.com');
  await eventually('my cluster alone', async () => (await headings(page)).join() === 'bench');
  assert.equal(await mine.getAttribute('aria-pressed'), 'true');
  await mine.click();
  await eventually('all clusters', async () => (await headings(page)).length === 3);
  await page.reload();
  await page.locator('[data-live="live"]').first().waitFor();
  await mine.click();
  await eventually('my cluster again', async () => (await headings(page)).join() === 'bench');
  await page.selectOption('#owner', { label: 'I am not grace@example.com' });
  await eventually('nobody in particular', async () => (await headings(page)).length === 3);
  assert.equal(await mine.getAttribute('aria-pressed'), 'false');
});

test('rows keep their places while somebody points at them, and texts change at once', async () => {
  const page = await world.open();
  const link = row(page, world.train, 8888).locator('a.url');
  await link.hover();
  const before = await link.boundingBox();
  // It would stand above all others.
  const early = await world.rig.cluster('an-early-one', ['7000'], { address: '203.0.113.20' });
  await world.rig.ask('patch_lb', { name_on_cloud: world.train, addresses: ['203.0.113.77'] });
  await page.locator('a.url[href="http://203.0.113.77:8888/"]').waitFor();
  const arrived = async () => (await world.server.overview()).clusters.some((it) => it.name === 'an-early-one');
  await eventually('the server to know the new cluster', arrived);
  assert.equal(await row(page, early, 7000).count(), 0);
  assert.equal((await link.boundingBox()).y, before.y);
  await page.mouse.move(0, 0);
  await row(page, early, 7000).waitFor({ timeout: 10_000 });
  await world.rig.ask('terminate', { name_on_cloud: early });
  // However long one points: some seconds at most.
  await link.hover();
  await row(page, early, 7000).waitFor({ state: 'detached', timeout: 15_000 });
});

test('without JavaScript heads are links and menus a form', async () => {
  const page = await world.open('/?group=user&sort=-port', { javaScriptEnabled: false });
  assert.equal(await page.inputValue('#group'), 'user');
  assert.ok(await page.getByRole('button', { name: 'Mine' }).isHidden());
  await page.selectOption('#owner', 'grace@example.com');
  await page.getByRole('button', { name: 'Apply' }).click();
  await page.waitForURL(/owner=grace%40example.com/);
  assert.match(page.url(), /sort=-port/);
  assert.equal(await rows(page).count(), 1);
  await page.getByRole('columnheader', { name: 'Status' }).getByRole('link').click();
  await page.waitForURL(/sort=status/);
  assert.match(page.url(), /owner=grace%40example.com/);
});
