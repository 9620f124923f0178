// The panel of one endpoint: by click and by address, back again, and what Kubernetes says of it.
import { test } from 'node:test';
import assert from 'node:assert/strict';
import { eventually, live, prepare, row, rows } from './support/prepare.mjs';

const world = prepare({
  async ready({ rig }) {
    world.train = await rig.cluster('train', ['6006', '8888'], { address: '203.0.113.7' });
    world.waiting = await rig.cluster('waiting', ['8000', '9000']);
    world.short = await rig.cluster('short', ['5000'], { address: '203.0.113.9' });
    await rig.ask('event', {
      kind: 'Service',
      name: `${world.train}--skypilot-lb`,
      type: 'Warning',
      reason: 'SyncLoadBalancerFailed',
      message: 'quota for forwarding rules is used up',
      component: 'service-controller',
    });
  },
});

const path = (cluster, port) => `/c/rig/default/${cluster}/${port}?mode=loadbalancer`;
const panel = (page) => page.locator('#endpoint[open]');
const title = (page) => page.locator('#endpoint-title');
const at = (page) => page.evaluate(() => location.pathname + location.search);

async function opened(page, cluster, port) {
  const link = row(page, cluster, port).locator('[data-port-link]');
  await link.click();
  await panel(page).waitFor();
  return link;
}

test('a click opens it without a reload, and Back closes it', async () => {
  const page = await world.open();
  await page.evaluate(() => (globalThis.same = true));
  const link = await opened(page, world.train, 8888);
  assert.equal(await at(page), path(world.train, 8888));
  assert.match(await title(page).innerText(), /8888[\s\S]*JupyterLab[\s\S]*Open/);
  await page.waitForFunction(() => document.activeElement?.id === 'endpoint-title');
  await page.waitForFunction(() => document.title === 'Open 8888 · train · skyports');
  assert.equal(await row(page, world.train, 8888).getAttribute('aria-current'), 'true');

  await page.goBack();
  await panel(page).waitFor({ state: 'detached' });
  assert.equal(await at(page), '/');
  await page.waitForFunction(() => document.title === 'Endpoints · skyports');
  assert.ok(await link.evaluate((element) => element === document.activeElement), 'the focus is back on the row');
  await page.goForward();
  await panel(page).waitFor();
  assert.match(await title(page).innerText(), /8888/);
  assert.equal(await page.evaluate(() => globalThis.same), true);
});

test('Esc and the button close it, and the history does not grow', async () => {
  const page = await world.open();
  const before = await page.evaluate(() => history.length);
  for (const close of [() => page.keyboard.press('Escape'), () => page.locator('[data-panel-close]').click()]) {
    const link = await opened(page, world.train, 6006);
    await close();
    await panel(page).waitFor({ state: 'detached' });
    await page.waitForFunction(() => location.pathname === '/');
    assert.ok(await link.evaluate((element) => element === document.activeElement));
  }
  assert.equal(await page.evaluate(() => history.length), before + 1);
});

test('Esc closes the topmost thing only', async () => {
  const page = await world.open();
  await opened(page, world.train, 8888);
  await panel(page).locator('[data-copies]').click();
  const menu = page.locator('#copy-menu');
  await menu.locator('[role=menuitem]').first().waitFor();
  await page.keyboard.press('Escape');
  await menu.waitFor({ state: 'hidden' });
  assert.ok(await panel(page).isVisible());
  await page.keyboard.press('Escape');
  await panel(page).waitFor({ state: 'detached' });
});

test('another row moves it, and one step back still closes it', async () => {
  const page = await world.open();
  await opened(page, world.train, 8888);
  await row(page, world.waiting, 8000).locator('[data-port-link]').click();
  await page.waitForFunction(() => /8000/.test(document.getElementById('endpoint-title').textContent));
  assert.equal(await at(page), path(world.waiting, 8000));
  await page.goBack();
  await panel(page).waitFor({ state: 'detached' });
  assert.equal(await at(page), '/');
});

test('with a modifier the address opens in another tab', async () => {
  const page = await world.open();
  const [tab] = await Promise.all([
    page.context().waitForEvent('page'),
    row(page, world.train, 8888).locator('[data-port-link]').click({ modifiers: ['ControlOrMeta'] }),
  ]);
  await tab.locator('#endpoint[open]').waitFor();
  assert.equal(await panel(page).count(), 0);
  assert.equal(await tab.title(), 'Open 8888 · train · skyports');
});

test('its address opens it over the list, with what the list asked for', async () => {
  const page = await world.open(`${path(world.train, 8888)}&q=train`);
  assert.ok(await panel(page).isVisible());
  assert.equal(await rows(page).count(), 2);
  await page.keyboard.press('Escape');
  await panel(page).waitFor({ state: 'detached' });
  assert.equal(await at(page), '/?q=train');
  await page.goBack();
  await panel(page).waitFor();
});

test('what changes is told in the panel, while it is open', async () => {
  const page = await world.open();
  await opened(page, world.waiting, 8000);
  const state = title(page).locator('.status');
  assert.match(await state.innerText(), /Pending/);
  const clock = () => panel(page).locator('.so-far time').innerText();
  const first = await clock();
  await eventually('the clock to tick', async () => (await clock()) !== first);
  assert.equal(await panel(page).locator('a.url').count(), 0, 'never a dead link');
  await world.rig.ask('patch_lb', { name_on_cloud: world.waiting, addresses: ['203.0.113.8'] });
  await panel(page).locator('a.url').first().waitFor();
  assert.match(await state.innerText(), /Open/);
  assert.equal(await panel(page).locator('a.url').first().getAttribute('href'), 'http://203.0.113.8:8000/');
  await page.waitForFunction(() => document.title.startsWith('Open 8000'));
  // Kubernetes is asked again.
  const yaml = panel(page).locator('.told .fold', { hasText: 'YAML' }).first();
  await eventually('the YAML to have the address', async () => (await yaml.textContent()).includes('203.0.113.8'));
});

test('events and YAML come from the API server, without managedFields', async () => {
  const page = await world.open(path(world.train, 8888));
  const event = panel(page).locator('.events li', { hasText: 'SyncLoadBalancerFailed' });
  await event.waitFor();
  assert.match(await event.innerText(), /quota for forwarding rules is used up/);
  assert.match(await event.innerText(), /service-controller/);
  assert.notEqual(await event.getAttribute('data-warning'), null);
  const fold = panel(page).locator('.fold', { hasText: 'YAML' }).first();
  const text = fold.locator('pre');
  assert.ok(!(await text.isVisible()), 'folded at first');
  await fold.locator('summary').click();
  const yaml = await text.innerText();
  assert.match(yaml, /kind: Service/);
  assert.match(yaml, new RegExp(`name: ${world.train}--skypilot-lb`));
  assert.match(yaml, /203\.0\.113\.7/);
  assert.ok(!yaml.includes('managedFields:'));

  await world.rig.ask('event', {
    kind: 'Service',
    name: `${world.train}--skypilot-lb`,
    reason: 'EnsuredLoadBalancer',
    message: 'Ensured load balancer',
  });
  await eventually('the new event, after reading again', async () => {
    await panel(page).locator('[data-describe]:not([data-check])').click();
    return panel(page).locator('.events li', { hasText: 'EnsuredLoadBalancer' }).count();
  });
  assert.ok(await text.isVisible(), 'what was unfolded stays so');
});

test('a port that closes while it is looked at is said to be closed', async () => {
  const page = await world.open(path(world.short, 5000), { expected: [/status of [45]/] });
  await panel(page).locator('.events, .told .hint').first().waitFor();
  await world.rig.ask('cleanup_ports', { name_on_cloud: world.short, ports: ['5000'] });
  const note = panel(page).locator('.note[data-state="closed"]');
  await note.waitFor();
  assert.match(await note.innerText(), /Port 5000 is not open any more/);
  assert.equal(await panel(page).locator('a.url').count(), 0, 'never a dead link');
  const failure = panel(page).locator('.described [role=alert]');
  await failure.waitFor();
  assert.ok((await failure.innerText()).length > 20);
});

test('a port that is not open has a panel that says so', async () => {
  const page = await world.open(path(world.train, 1234), { expected: [/404/] });
  assert.match(await panel(page).innerText(), /Port 1234 of train is not open/);
  await panel(page).locator('a', { hasText: 'All ports of train' }).click();
  await page.waitForURL(/\/c\/rig\/default\/train-[^/]+$/);
});

test('in a narrow window it covers the page, which is out of reach', async () => {
  const page = await world.open('/', { viewport: { width: 390, height: 800 } });
  await opened(page, world.train, 8888);
  await page.waitForFunction(() => document.getElementById('endpoint').getAttribute('aria-modal') === 'true');
  assert.ok(await page.locator('#main').evaluate((main) => main.inert));
  await eventually('the panel to slide in', async () => {
    const { x, width } = await panel(page).boundingBox();
    return x <= 0 && width >= 390;
  });
  await page.setViewportSize({ width: 1280, height: 800 });
  await page.waitForFunction(() => !document.getElementById('main').inert);
  await page.setViewportSize({ width: 390, height: 800 });
  await page.waitForFunction(() => document.getElementById('main').inert);
  await page.keyboard.press('Escape');
  await panel(page).waitFor({ state: 'detached' });
  assert.ok(!(await page.locator('#main').evaluate((main) => main.inert)));
});

test('it opens over the page of a cluster too', async () => {
  const page = await world.open(`/c/rig/default/${world.train}`);
  await opened(page, world.train, 6006);
  assert.equal(await at(page), path(world.train, 6006));
  await page.keyboard.press('Escape');
  await panel(page).waitFor({ state: 'detached' });
  await page.waitForFunction((end) => location.pathname.endsWith(end), world.train);
  await live(page);
});
