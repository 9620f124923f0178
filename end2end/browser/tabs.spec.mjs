// Many pages of one browser: over HTTP/1.1 it allows six connections a host.
import { test } from 'node:test';
import assert from 'node:assert/strict';
import { live, prepare, row, signIn } from './support/prepare.mjs';

const TABS = 8;

const world = prepare({
  async ready({ rig }) {
    world.train = await rig.cluster('train', ['8888']);
  },
});

test('eight pages at once all show a change, and one that closes leaves the others current', async () => {
  const first = await world.open();
  const pages = [first];
  while (pages.length < TABS) {
    const page = await first.context().newPage();
    await signIn(page, world.server);
    await live(page);
    pages.push(page);
  }
  const is = (state) => Promise.all(pages.map((page) => row(page, world.train, 8888).locator(`[data-state="${state}"]`).first().waitFor({ timeout: 10_000 })));
  await is('pending');
  await world.rig.ask('patch_lb', { name_on_cloud: world.train, addresses: ['203.0.113.7'] });
  await is('open');

  // The first one had the stream.
  await pages.shift().close();
  await world.rig.cluster('later', ['9000'], { address: '203.0.113.9' });
  for (const page of pages) {
    await page.locator('a.url[href="http://203.0.113.9:9000/"]').waitFor({ timeout: 10_000 });
    await live(page);
  }
});

test('a page that was hidden catches up at once', async () => {
  const page = await world.open();
  await page.clock.install();
  const hide = (hidden) =>
    page.evaluate((is) => {
      Object.defineProperty(document, 'hidden', { configurable: true, get: () => is });
      document.dispatchEvent(new Event('visibilitychange', { bubbles: true }));
    }, hidden);
  await hide(true);
  await page.clock.runFor(61_000);
  await page.locator('[data-live="connecting"]').first().waitFor();
  await world.rig.cluster('meanwhile', ['9001'], { address: '203.0.113.10' });
  await hide(false);
  await page.locator('a.url[href="http://203.0.113.10:9001/"]').waitFor({ timeout: 5_000 });
  await live(page);
  assert.equal(await page.locator('[data-live]').first().getAttribute('data-live'), 'live');
});
