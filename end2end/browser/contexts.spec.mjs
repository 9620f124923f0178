// The page of the contexts: what is known is there at once, and below it whether ports can get out.
import { test } from 'node:test';
import assert from 'node:assert/strict';
import { prepare } from './support/prepare.mjs';

const world = prepare({
  async ready({ rig }) {
    await rig.cluster('train', ['8888'], { address: '192.168.7.7' });
  },
});

const card = (page) => page.locator('#check-rig');

test('a context says whether each mode works, why, and what to do', async () => {
  const page = await world.open('/contexts');
  await card(page).waitFor();
  const verdicts = await card(page).locator('.verdicts').innerText();
  assert.match(verdicts, /LoadBalancer\s+Works\s+Ingress\s+Does not work/);
  const parts = await card(page).getByRole('heading', { level: 4 }).allInnerTexts();
  assert.deepEqual(parts, ['LoadBalancer', 'Ingress', 'SkyPilot', 'Your rights']);
  const missing = card(page).locator('.check-line[data-state=attention]', { hasText: 'IngressClass' });
  assert.match(await missing.locator('code', { hasText: 'helm' }).innerText(), /ingress-nginx/);
  const more = missing.getByRole('link', { name: /opens in a new tab/ });
  assert.equal(await more.getAttribute('rel'), 'noopener noreferrer');
});

test('what was installed since is seen by checking again', async () => {
  const page = await world.open('/contexts');
  await world.rig.ask('ingress_controller', { addresses: ['198.51.100.7'] });
  // What was read within two seconds is told once more: click until the answer is a new one.
  const address = card(page).getByText('198.51.100.7');
  for (let clicks = 0; clicks < 20 && !(await address.first().isVisible()); clicks += 1) {
    await page.getByRole('link', { name: 'Check again' }).click();
    await address.first().waitFor({ timeout: 500 }).catch(() => {});
  }
  assert.match(await card(page).locator('.verdicts').innerText(), /Ingress\s+Works/);
});

test('all of it is there without JavaScript', async () => {
  const page = await world.open('/contexts', { javaScriptEnabled: false });
  assert.ok(await card(page).isVisible());
  assert.match(await card(page).innerText(), /You may list, create, patch and delete services/);
});

test('nothing is wider than a phone', async () => {
  const page = await world.open('/contexts', { viewport: { width: 390, height: 800 } });
  await card(page).waitFor();
  const [wide, seen] = await page.evaluate(() => [document.documentElement.scrollWidth, innerWidth]);
  assert.ok(wide <= seen, `${wide} px of ${seen}`);
});
