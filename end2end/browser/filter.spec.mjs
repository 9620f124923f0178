// The filter box and the tabs: live, by the address, and by keyboard.
import { test } from 'node:test';
import assert from 'node:assert/strict';
import { eventually, live, prepare, rows } from './support/prepare.mjs';

const world = prepare({
  async ready({ rig }) {
    await rig.cluster('train', ['6006', '8888'], { address: '203.0.113.7' });
    await rig.cluster('bench', ['8000'], { address: '203.0.113.8', user: 'grace@example.com' });
    await rig.cluster('idle', ['8080']);
  },
});

// How many rows a person sees.
function shown(page) {
  return rows(page).evaluateAll((all) => all.filter((row) => row.checkVisibility()).length);
}

function shows(page, count) {
  return eventually(`${count} rows`, async () => (await shown(page)) === count, 5);
}

test('typing hides what does not match, at once', async () => {
  const page = await world.open();
  await shows(page, 4);
  await page.fill('#q', 'train');
  await shows(page, 2);
  await page.fill('#q', 'train 8888');
  await shows(page, 1);
  await page.fill('#q', 'grace');
  await shows(page, 1);
  await page.fill('#q', '');
  await shows(page, 4);
});

test('what is typed stands in the address once typing pauses', async () => {
  const page = await world.open();
  await page.evaluate(() => {
    globalThis.told = [];
    const real = history.replaceState.bind(history);
    history.replaceState = (...words) => (globalThis.told.push(words[2]), real(...words));
  });
  await page.locator('#q').pressSequentially('train', { delay: 20 });
  await page.waitForURL(/\/\?q=train$/);
  assert.deepEqual(await page.evaluate(() => globalThis.told), ['/?q=train'], 'once, not for each key');
  await page.reload();
  assert.equal(await page.inputValue('#q'), 'train');
  await shows(page, 2);
  // Whoever does not wait loses nothing: the panel's address has it, and keeps being the panel's.
  await live(page);
  await page.fill('#q', 'train 8888');
  await rows(page).locator('[data-panel]').first().click();
  await page.waitForURL(/\/8888\?.*q=train\+8888/);
  await page.waitForTimeout(400);
  assert.match(page.url(), /\/8888\?.*q=train\+8888/);
  await page.keyboard.press('Escape');
  await page.waitForURL(/\/\?q=train\+8888$/);
});

test('an address with a query shows that filter, also after the script runs', async () => {
  const page = await world.open('/?q=bench');
  assert.equal(await page.inputValue('#q'), 'bench');
  await shows(page, 1);
});

test('the tabs filter by state', async () => {
  const page = await world.open();
  await page.locator('.tally [data-state="pending"]').click();
  await shows(page, 1);
  assert.match(page.url(), /\?state=pending$/);
  await page.locator('.tally a').first().click();
  await shows(page, 4);
});

test('nothing that matches is said in words, with a way back', async () => {
  const page = await world.open('/?q=no-such-thing');
  await page.getByText('Nothing matches “no-such-thing”').waitFor();
  await page.getByText('4 endpoints are hidden by this filter').waitFor();
  await page.getByRole('link', { name: 'Clear filters' }).click();
  await shows(page, 4);
});

test('/ goes to the box, and typing in it stays there', async () => {
  const page = await world.open();
  await page.keyboard.press('/');
  assert.equal(await page.evaluate(() => document.activeElement.id), 'q');
  await page.keyboard.type('a/b');
  assert.equal(await page.inputValue('#q'), 'a/b');
});
