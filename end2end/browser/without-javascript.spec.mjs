// Reading works without JavaScript: the login, all rows, the filter, a cluster's page.
import { test } from 'node:test';
import assert from 'node:assert/strict';
import { prepare, row, rows } from './support/prepare.mjs';

const world = prepare({
  async ready({ rig }) {
    world.train = await rig.cluster('train', ['6006', '8888'], { address: '203.0.113.7' });
    world.idle = await rig.cluster('idle', ['8080']);
  },
});
const off = { javaScriptEnabled: false };

test('the code from the terminal logs in by a form', async () => {
  const page = await world.stranger({ ...off, expected: [/401/] });
  const answer = await page.goto(world.server.origin);
  assert.equal(answer.status(), 401);
  await page.fill('#code', 'not-the-code');
  await page.click('button[type=submit]');
  await page.locator('[role=alert]').waitFor();
  await page.fill('#code', world.server.code);
  await page.click('button[type=submit]');
  await rows(page).first().waitFor();
  assert.equal(await rows(page).count(), 3);
});

test('every row can be read, and says why it is not open', async () => {
  const page = await world.open('/', off);
  assert.equal(await rows(page).count(), 3);
  for (const line of await rows(page).all()) assert.ok(await line.isVisible());
  const link = row(page, world.train, 8888).locator('a.url');
  assert.equal(await link.getAttribute('href'), 'http://203.0.113.7:8888/');
  const pending = await row(page, world.idle, 8080).innerText();
  assert.match(pending, /Pending|Needs attention/);
  // Not by its text: Playwright looks into no noscript element for that.
  assert.ok(await page.locator('noscript aside').isVisible());
});

test('the filter is a form', async () => {
  const page = await world.open('/', off);
  await page.fill('#q', '8888');
  await page.press('#q', 'Enter');
  await page.waitForURL(/\?q=8888/);
  assert.equal(await rows(page).count(), 1);
  assert.equal(await page.inputValue('#q'), '8888');
});

test('the panel of a port can be read at its address, and closed by a link', async () => {
  const page = await world.open(`/c/rig/default/${world.train}/8888?mode=loadbalancer`, off);
  const panel = page.locator('#endpoint[open]');
  assert.ok(await panel.isVisible());
  assert.equal(await panel.locator('a.url').getAttribute('href'), 'http://203.0.113.7:8888/');
  const told = await panel.innerText();
  assert.match(told, /8888[\s\S]*JupyterLab[\s\S]*Open, not checked/);
  assert.match(told, /kubectl --context rig -n default describe service/);
  // What needs a script is not offered.
  assert.equal(await panel.locator('[data-copy]:visible, [data-copies]:visible, [data-describe]:visible').count(), 0);
  await panel.locator('[data-panel-close]').click();
  await page.waitForURL(`${world.server.origin}/`);
  assert.equal(await page.locator('#endpoint[open]').count(), 0);
});

test('the links between pages work', async () => {
  const page = await world.open('/', off);
  await page.locator('.group-name', { hasText: /^train$/ }).click();
  await page.waitForURL(/\/c\/rig\/default\/train-/);
  assert.equal(await page.locator('h1').innerText(), 'train');
  await page.goto(`${world.server.origin}/contexts`);
  assert.match(await page.locator('main').innerText(), /rig/);
});
