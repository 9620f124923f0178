// What `sky down` left behind in the built-in demo, cleaned up by a click on the page of the contexts.
import { test } from 'node:test';
import assert from 'node:assert/strict';
import { eventually, prepare } from './support/prepare.mjs';

const world = prepare({ demo: true, args: ['--all-contexts'] });

const finding = (page) => page.locator('.why[data-code=orphaned]');
const dialog = (page) => page.locator('#ports-dialog');

async function orphaned() {
  const { contexts } = await world.server.overview();
  return contexts.flatMap(({ findings }) => findings).filter(({ code }) => code === 'orphaned');
}

// Objects are left behind once they have stayed for a minute.
const toBeTold = () => eventually('the objects to have stayed', async () => (await orphaned()).length > 0, 80);

test('without JavaScript the plan is a page', { timeout: 120_000 }, async () => {
  await toBeTold();
  const page = await world.open('/contexts', { javaScriptEnabled: false });
  await finding(page).locator('summary').click();
  await finding(page).getByRole('link', { name: 'Clean up' }).click();
  await page.waitForURL(/\/contexts\/[^/]+\/leftovers$/);
  await page.getByText('Deletes the Ingress warm-up-5f2a91cd-skypilot-ingress').waitFor();
  assert.ok(await page.locator('[data-submit]').isVisible());
});

test('a click shows what is deleted, and the next one deletes it', { timeout: 120_000 }, async () => {
  await toBeTold();
  // Of these contexts some are away, so the page as a whole is never live.
  const page = await world.open('/contexts', { outage: true });
  await page.locator('[data-live=live]').first().waitFor({ state: 'attached' });
  await finding(page).locator('summary').click();
  await finding(page).getByRole('link', { name: 'Clean up' }).click();
  const submit = dialog(page).locator('[data-submit][aria-disabled=false]');
  await submit.waitFor();
  const plan = await dialog(page).innerText();
  assert.match(plan, /Deletes the Service warm-up-5f2a91cd--skypilot-svc--8888 of warm-up-5f2a91cd, which is gone/);
  assert.match(plan, /Deletes the Ingress warm-up-5f2a91cd-skypilot-ingress/);
  assert.match(plan, /You have the rights it needs/);
  assert.equal((await orphaned()).length, 1, 'a plan deletes nothing');
  assert.equal(await submit.innerText(), 'Delete 2 objects');
  await submit.click();
  await dialog(page).waitFor({ state: 'hidden' });
  await page.getByText('2 objects deleted').first().waitFor();
  await finding(page).waitFor({ state: 'detached' });
  assert.equal((await orphaned()).length, 0);
});
