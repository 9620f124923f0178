// The menu of copies: each line puts into the clipboard what it shows, on plain http too.
import { test } from 'node:test';
import assert from 'node:assert/strict';
import { copied, live, prepare, row } from './support/prepare.mjs';

const permissions = ['clipboard-read', 'clipboard-write'];

const world = prepare({
  async ready({ rig }) {
    world.train = await rig.cluster('train', ['8888'], { address: '203.0.113.7' });
    world.raw = await rig.cluster('raw', ['6379'], { address: '203.0.113.8' });
    // A Service as skyports makes one: SkyPilot does not know it.
    await rig.ask('request', {
      method: 'POST',
      path: '/api/v1/namespaces/default/services',
      body: {
        apiVersion: 'v1',
        kind: 'Service',
        metadata: {
          name: `${world.train}-skyports-7860`,
          labels: { 'app.kubernetes.io/managed-by': 'skyports', 'skypilot-cluster-name': world.train, parent: 'skypilot' },
        },
        spec: {
          type: 'LoadBalancer',
          selector: { 'skypilot-cluster-name': world.train },
          ports: [{ name: 'port7860', port: 7860, targetPort: 7860 }],
        },
      },
    });
    await rig.ask('patch_lb', { service: `${world.train}-skyports-7860`, addresses: ['203.0.113.9'] });
  },
});

const menu = (page) => page.locator('#copy-menu');
const items = (page) => menu(page).locator('[role=menuitem]');

async function menuOf(page, cluster, port) {
  const button = row(page, cluster, port).locator('[data-copies]');
  await button.click();
  await items(page).first().waitFor();
  return button;
}

const expected = () => ({
  URL: 'http://203.0.113.7:8888/',
  curl: 'curl -i http://203.0.113.7:8888/',
  kubectl: `kubectl --context rig -n default port-forward pod/${world.train}-head 8888:8888`,
  ssh: 'ssh -L 8888:localhost:8888 train',
});

test('each line is in the clipboard after a click', async () => {
  const page = await world.open('/', { permissions });
  for (const [name, text] of Object.entries(expected())) {
    const button = await menuOf(page, world.train, 8888);
    const item = items(page).filter({ has: page.getByText(name, { exact: true }) });
    assert.equal(await item.locator('code').innerText(), text, 'it shows what it copies');
    await item.click();
    await copied(page, text);
    await menu(page).waitFor({ state: 'hidden' });
    assert.ok(await button.evaluate((element) => element === document.activeElement), 'the focus is back');
  }
});

test('without navigator.clipboard, as on plain http, copying works all the same', async () => {
  const page = await world.stranger({ permissions });
  await page.addInitScript(() => {
    globalThis.copied = [];
    Object.defineProperty(Navigator.prototype, 'clipboard', { get: () => undefined });
    document.addEventListener('copy', () => globalThis.copied.push(document.getSelection().toString() || document.activeElement.value));
  });
  await page.context().addCookies(await (await world.open()).context().cookies());
  await page.goto(`${world.server.origin}/`);
  await live(page);
  for (const [name, text] of Object.entries(expected())) {
    await menuOf(page, world.train, 8888);
    await items(page).filter({ has: page.getByText(name, { exact: true }) }).click();
    await page.waitForFunction((wanted) => globalThis.copied.at(-1) === wanted, text);
  }
});

test('lines keep what they are indented by, also without navigator.clipboard', async () => {
  const page = await world.open('/', { permissions });
  await page.addInitScript(() => Object.defineProperty(Navigator.prototype, 'clipboard', { get: () => undefined }));
  await page.reload();
  await live(page);
  await menuOf(page, world.train, 7860);
  await menu(page).locator('[role=group] [role=menuitem]').first().click();
  await menu(page).waitFor({ state: 'hidden' });
  // What this page has in its box is not what the clipboard gets: another one reads it.
  const reader = await page.context().newPage();
  await reader.goto(`${world.server.origin}/healthz`);
  await reader.bringToFront();
  await copied(reader, 'resources:\n  ports: [7860, 8888]');
});

test('the keyboard moves through the menu and leaves it', async () => {
  const page = await world.open();
  const button = row(page, world.train, 8888).locator('[data-copies]');
  await button.focus();
  await page.keyboard.press('Enter');
  const focused = (at) => page.waitForFunction((at) => document.querySelectorAll('#copy-menu [role=menuitem]')[at] === document.activeElement, at);
  await focused(0);
  await page.keyboard.press('ArrowDown');
  await focused(1);
  await page.keyboard.press('End');
  await focused(3);
  await page.keyboard.press('ArrowDown');
  await focused(0);
  await page.keyboard.press('ArrowUp');
  await focused(3);
  await page.keyboard.press('Home');
  await focused(0);
  await page.keyboard.press('Escape');
  await menu(page).waitFor({ state: 'hidden' });
  assert.ok(await button.evaluate((element) => element === document.activeElement));
});

test('a port that speaks no HTTP has its address and no request', async () => {
  const page = await world.open();
  await menuOf(page, world.raw, 6379);
  assert.deepEqual(await menu(page).locator('.copy-name').allInnerTexts(), ['Address', 'kubectl', 'ssh']);
});

test('a port that SkyPilot does not know can be made permanent', async () => {
  const page = await world.open('/', { permissions });
  await menuOf(page, world.train, 7860);
  const part = menu(page).locator('[role=group]');
  assert.match(await part.innerText(), /its next launch that changes ports drops them/);
  await part.locator('[role=menuitem]').first().click();
  const task = 'resources:\n  ports: [7860, 8888]';
  await copied(page, task);
  await row(page, world.train, 7860).locator('[data-port-link]').click();
  const permanent = page.locator('#endpoint .permanent');
  await permanent.waitFor();
  assert.match(await permanent.innerText(), /sky launch -c train task\.yaml/);
});

test('in a narrow window the menu of the panel can be used', async () => {
  const page = await world.open('/', { permissions, viewport: { width: 390, height: 800 } });
  await row(page, world.train, 8888).locator('[data-port-link]').click();
  await page.locator('#endpoint[open] [data-copies]').click();
  await items(page).first().waitFor();
  const box = await menu(page).boundingBox();
  assert.ok(box.x >= 0 && box.x + box.width <= 390, JSON.stringify(box));
  await items(page).nth(1).click();
  await copied(page, expected().curl);
});
