// The page by keyboard alone.
import { test } from 'node:test';
import assert from 'node:assert/strict';
import { eventually, live, prepare, row, rows } from './support/prepare.mjs';
import { Server } from './support/server.mjs';

const world = prepare({
  async ready({ rig }) {
    world.train = await rig.cluster('train', ['6006', '8888'], { address: '203.0.113.7' });
    world.idle = await rig.cluster('idle', ['8080']);
  },
});

// The text of what has the focus.
const focused = (page) => page.evaluate(() => document.activeElement.textContent.trim());
const inRow = (page, cluster, port) => row(page, cluster, port).locator(':focus');

test('filter, walk through the rows, copy and open', async () => {
  const page = await world.open('/', { permissions: ['clipboard-read', 'clipboard-write'] });
  await page.keyboard.press('/');
  assert.equal(await page.evaluate(() => document.activeElement.id), 'q');
  await page.keyboard.type('train');
  await eventually('the filter to hide the others', async () => (await rows(page).count()) === 2);
  // Keys are letters here.
  await page.keyboard.type('?tjg');
  assert.equal(await page.locator('#q').inputValue(), 'train?tjg');
  assert.equal(await page.locator('dialog[open]').count(), 0);
  for (let at = 0; at < 4; at += 1) await page.keyboard.press('Backspace');

  await page.keyboard.press('ArrowDown');
  await inRow(page, world.train, 6006).waitFor();
  await page.keyboard.press('ArrowDown');
  await inRow(page, world.train, 8888).waitFor();
  await page.keyboard.press('j');
  await inRow(page, world.train, 8888).waitFor();
  await page.keyboard.press('k');
  await inRow(page, world.train, 6006).waitFor();

  await page.keyboard.press('c');
  await page.locator('[data-done]').waitFor();
  assert.equal(await page.evaluate(() => navigator.clipboard.readText()), 'http://203.0.113.7:6006/');

  for (const key of ['o', 'Enter']) {
    const opened = page.context().waitForEvent('page');
    await page.keyboard.press(key);
    const other = await opened;
    await eventually('the address of the port', () => other.url().startsWith('http://203.0.113.7:6006') || other.url().startsWith('chrome-error') || other.url() === 'about:blank');
    await other.close();
  }
  // With a modifier they are the browser's.
  await page.keyboard.press('Alt+j');
  await inRow(page, world.train, 6006).waitFor();
});

test('the sheet opens and closes, the focus returns, and it switches single keys off', async () => {
  const page = await world.open();
  const button = page.getByRole('button', { name: 'Keyboard shortcuts' });
  await button.focus();
  await page.keyboard.press('Enter');
  const sheet = page.getByRole('dialog', { name: 'Keyboard shortcuts' });
  await sheet.waitFor();
  await page.keyboard.press('Escape');
  await sheet.waitFor({ state: 'hidden' });
  assert.equal(await button.evaluate((it) => it === document.activeElement), true);

  await page.keyboard.press('?');
  await sheet.waitFor();
  await sheet.getByLabel('Single-key shortcuts').focus();
  await page.keyboard.press('Space');
  await page.keyboard.press('Escape');
  await page.keyboard.press('?');
  await page.keyboard.press('j');
  assert.equal(await sheet.isVisible(), false);
  assert.equal(await focused(page), '');

  await page.reload();
  await live(page);
  await page.keyboard.press('?');
  assert.equal(await sheet.isVisible(), false, 'it is remembered');
  await page.keyboard.press('Control+k');
  await page.getByRole('dialog', { name: 'Jump to' }).waitFor();
  await page.keyboard.press('Escape');
  await button.focus();
  await page.keyboard.press('Enter');
  assert.equal(await sheet.getByLabel('Single-key shortcuts').isChecked(), false);
});

test('in the details y unfolds the YAML, shows where it is, and folds it again', async () => {
  const page = await world.open();
  await page.keyboard.press('y');
  await page.keyboard.press('j');
  await page.keyboard.press('Space');
  const yaml = page.locator('#endpoint details', { has: page.locator('[data-yaml]') });
  await yaml.waitFor();
  assert.equal(await yaml.getAttribute('open'), null);
  await page.keyboard.press('y');
  assert.notEqual(await yaml.getAttribute('open'), null);
  assert.match(await yaml.innerText(), /kind: Service/);
  assert.equal(await page.evaluate(() => document.activeElement?.hasAttribute('data-yaml')), true);
  await page.keyboard.press('y');
  assert.equal(await yaml.getAttribute('open'), null);
});

test('the palette finds a port and goes there; Escape closes it alone', async () => {
  const page = await world.open();
  await page.keyboard.press('Control+k');
  const box = page.getByRole('combobox', { name: 'Jump to a cluster, port or page' });
  await box.waitFor();
  const options = page.getByRole('listbox', { name: 'Found' }).getByRole('option');
  assert.ok((await options.count()) >= 6);
  await page.keyboard.type('train 88');
  assert.deepEqual(await options.allTextContents(), ['8888 JupyterLabtrain']);
  const id = await box.getAttribute('aria-activedescendant');
  assert.equal(await page.locator(`#${id}`).getAttribute('aria-selected'), 'true');
  await page.keyboard.press('Escape');
  await box.waitFor({ state: 'hidden' });

  await page.keyboard.press('Control+k');
  await page.keyboard.type('contexts');
  await page.keyboard.press('Enter');
  await page.waitForURL('**/contexts');
  await live(page);

  // A page of one cluster knows the others after its first load.
  await page.goto(`${world.server.origin}/c/rig/default/${world.idle}`);
  await live(page);
  await page.keyboard.press('Control+k');
  await page.keyboard.type('train');
  await page.locator('#palette').getByRole('option', { name: 'train' }).first().waitFor();
  await page.keyboard.press('ArrowDown');
  await page.keyboard.press('ArrowUp');
  await page.keyboard.press('Enter');
  await page.waitForURL(`**/${world.train}`);
});

test('g leads to pages, t to the next theme, which the button names', async () => {
  const page = await world.open();
  const root = page.locator('html');
  const theme = page.locator('[data-theme-toggle]');
  assert.equal(await theme.getAttribute('title'), 'Theme: as the system');
  for (const [word, told] of [['light', 'Theme: light'], ['dark', 'Theme: dark'], [null, 'Theme: as the system']]) {
    await page.keyboard.press('t');
    assert.equal(await root.getAttribute('data-theme'), word);
    assert.equal(await theme.getAttribute('aria-label'), told);
  }
  await page.keyboard.press('g');
  await page.keyboard.press('c');
  await page.waitForURL('**/contexts');
  await live(page);
  await page.keyboard.press('g');
  await page.keyboard.press('e');
  await page.waitForURL((url) => url.pathname === '/');
});

test('the live indicator opens a line a context and the way to all of them', async () => {
  const page = await world.open();
  const menu = page.locator('#live-menu');
  await page.getByRole('button', { name: /^Live/ }).focus();
  await page.keyboard.press('Enter');
  await menu.getByText('rig').waitFor();
  await page.keyboard.press('Escape');
  await menu.waitFor({ state: 'hidden' });
});

test('after a restart of the server the page says that its login ended', async () => {
  const page = await world.open('/', { expected: [/ERR_|401/] });
  const { port } = world.server;
  await world.server.stop();
  world.server = await Server.start(world.rig.kubeconfig, { port });
  const link = page.getByRole('link', { name: 'Log in again' });
  await link.waitFor({ timeout: 20_000 });
  assert.equal(await rows(page).count(), 3, 'rows stay');
  const asked = [];
  page.on('request', (made) => asked.push(made.url()));
  await page.waitForTimeout(6_000);
  assert.deepEqual(asked, [], 'nothing is asked any more');
  await link.click();
  await page.locator('#code').waitFor();
});
