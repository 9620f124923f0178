// The API server goes and comes back; skyports itself goes and comes back.
import { test } from 'node:test';
import assert from 'node:assert/strict';
import { live, prepare, row, rows } from './support/prepare.mjs';
import { Server } from './support/server.mjs';

// Without login, so that a server that starts anew has the same readers.
const world = prepare({
  args: ['--no-login'],
  async ready({ rig }) {
    world.train = await rig.cluster('train', ['6006', '8888'], { address: '203.0.113.7' });
    world.idle = await rig.cluster('idle', ['8080']);
  },
});

test('the API server stops: said within 5 s, rows stay; it returns: current within 3 s', async () => {
  const page = await world.open();
  const banner = page.getByText(/No answer from rig since/).first();
  assert.equal(await banner.count(), 0);
  await world.rig.ask('stop_apiserver');
  await banner.waitFor({ timeout: 5_000 });
  assert.equal(await rows(page).count(), 3, 'rows stay');
  const link = row(page, world.train, 8888).locator('a.url');
  assert.equal(await link.getAttribute('href'), 'http://203.0.113.7:8888/');

  await world.rig.ask('start_apiserver');
  await banner.waitFor({ state: 'detached', timeout: 3_000 });
  await world.rig.ask('patch_lb', { name_on_cloud: world.idle, addresses: ['203.0.113.8'] });
  await row(page, world.idle, 8080).locator('[data-state="open"]').waitFor({ timeout: 5_000 });
});

test('the page loads in an outage too, and becomes live after it', async () => {
  await world.rig.ask('stop_apiserver');
  const page = await world.open('/', { outage: true });
  assert.equal(await rows(page).count(), 3);
  await page.getByText(/No answer from rig since/).first().waitFor({ timeout: 5_000 });
  await world.rig.ask('start_apiserver');
  await page.getByText(/No answer from rig since/).first().waitFor({ state: 'detached', timeout: 3_000 });
  await live(page);
});

test('a lost stream: the page says so, and asks the server function anew', async () => {
  const lost = [/ERR_CONNECTION_REFUSED|ERR_INCOMPLETE_CHUNKED_ENCODING|ERR_CONNECTION_RESET|ERR_EMPTY_RESPONSE/];
  const page = await world.open('/', { expected: lost });
  const { port } = world.server;
  await world.server.stop();
  await page.locator('[data-live]:not([data-live="live"])').first().waitFor({ timeout: 5_000 });
  assert.equal(await rows(page).count(), 3, 'rows stay');

  const late = await world.rig.cluster('meanwhile', ['9000'], { address: '203.0.113.30' });
  const called = page.waitForResponse((answer) => answer.url().includes('/api/fn/list_clusters'), { timeout: 20_000 });
  world.server = await Server.start(world.rig.kubeconfig, { port, args: ['--no-login'] });
  assert.equal((await called).status(), 200);
  await row(page, late, 9000).waitFor({ timeout: 10_000 });
  await live(page);
});
