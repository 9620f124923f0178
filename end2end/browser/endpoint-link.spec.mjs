// A link leads to the app, and the copy button copies that link.
import { after, before, test } from 'node:test';
import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import { copied, prepare, row } from './support/prepare.mjs';

// The app: a real HTTP server, on the address that the load balancer will have.
const app = createServer((request, answer) => {
  answer.setHeader('content-type', 'text/html');
  answer.end(`<!doctype html><link rel="icon" href="data:,"><h1>The app</h1><p>${request.headers.referer ?? 'no referrer'}</p>`);
});
before(() => new Promise((done) => app.listen(0, '127.0.0.1', done)));
after(() => app.close());

const world = prepare({
  async ready({ rig }) {
    world.port = app.address().port;
    world.app = await rig.cluster('app', [String(world.port)], { address: '127.0.0.1' });
    world.raw = await rig.cluster('raw', ['6379'], { address: '203.0.113.20' });
    world.six = await rig.cluster('six', ['8000'], { address: '2001:db8::7' });
  },
});

test('the link opens the app in a new tab that knows nothing of us', async () => {
  const page = await world.open();
  const [tab] = await Promise.all([
    page.context().waitForEvent('page'),
    row(page, world.app, world.port).locator('a.url').click(),
  ]);
  await tab.locator('h1').waitFor();
  assert.equal(await tab.locator('h1').innerText(), 'The app');
  assert.equal(await tab.locator('p').innerText(), 'no referrer');
  assert.equal(await tab.evaluate(() => globalThis.opener), null);
});

test('the copy button copies the link', async () => {
  const page = await world.open('/', { permissions: ['clipboard-read', 'clipboard-write'] });
  await row(page, world.app, world.port).locator('[data-copy]').first().click();
  await copied(page, `http://127.0.0.1:${world.port}/`);
});

test('a port that does not speak HTTP has an address to copy and no link', async () => {
  const page = await world.open('/', { permissions: ['clipboard-read', 'clipboard-write'] });
  const redis = row(page, world.raw, 6379);
  assert.equal(await redis.locator('a.url').count(), 0);
  await redis.locator('[data-copy]').first().click();
  await copied(page, '203.0.113.20:6379');
});

test('an IPv6 address is a link with brackets', async () => {
  const page = await world.open();
  const href = await row(page, world.six, 8000).locator('a.url').getAttribute('href');
  assert.equal(href, 'http://[2001:db8::7]:8000/');
});
