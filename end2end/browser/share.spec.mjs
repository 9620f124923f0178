// Sharing an endpoint: the dialog, the visitor's page and the way on, waiting, revoking, without
// JavaScript, and what a chat that looks at the link gets.
import { after, before, test } from 'node:test';
import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import { once } from 'node:events';
import { eventually, prepare, row } from './support/prepare.mjs';

// Of loopback addresses this one is nobody else's.
const HOST = '127.61.0.9';
const world = prepare({
  async ready({ rig }) {
    world.train = await rig.cluster('train', ['8888'], { address: HOST });
    world.late = await rig.cluster('late', ['8888']);
  },
});

const app = createServer((request, answer) => {
  answer.setHeader('content-type', 'text/html');
  answer.end(`<title>The app</title><h1>The app runs</h1><p id="referrer">${request.headers.referer ?? 'none'}</p>`);
});
before(async () => {
  app.listen(8888, HOST);
  await once(app, 'listening');
});
after(() => app.closeAllConnections() ?? app.close());

const dialog = (page) => page.locator('#ports-dialog');

async function openDialog(page, cluster) {
  await row(page, cluster, 8888).locator('[data-panel]').first().click();
  await page.locator('#endpoint').getByRole('link', { name: 'Share' }).click();
  await dialog(page).getByRole('heading', { name: /Share 8888/ }).waitFor();
}

async function makeLink(page, cluster, label = 'Ana (review)') {
  await openDialog(page, cluster);
  await dialog(page).getByLabel('For whom (optional)').fill(label);
  await dialog(page).getByRole('button', { name: 'Make guest link' }).click();
  await dialog(page).getByText('Copy it now: it is shown once.').waitFor();
  const text = await dialog(page).locator('.share-made code').first().innerText();
  assert.match(text, new RegExp(`^${world.server.origin}/s/[\\w-]{22}$`));
  return text;
}

test('a teammate gets a link, a chat gets Markdown, a telephone a code', async () => {
  const page = await world.open();
  await openDialog(page, world.train);
  const shown = await dialog(page).innerText();
  assert.match(shown, new RegExp(`${world.server.origin}/c/\\S+/${world.train}/8888\\?mode=loadbalancer`));
  assert.match(shown, /Works on this machine only/);
  assert.match(shown, /does not guard the endpoint/);
  await dialog(page).locator('summary', { hasText: 'Markdown' }).click();
  await dialog(page).getByText(`[JupyterLab 8888 of train](${world.server.origin}`).waitFor();
  await dialog(page).locator('summary', { hasText: 'own address' }).click();
  const code = dialog(page).getByRole('img', { name: 'QR code of the app’s address' });
  assert.ok(await code.evaluate((image) => image.complete && image.naturalWidth > 0), 'the code is drawn');
});

test('a guest without a login lands on the app, and it learns nothing of the link', async () => {
  const page = await world.open();
  const link = await makeLink(page, world.train);
  const guest = await world.stranger();
  await guest.goto(link);
  await guest.getByRole('heading', { name: 'JupyterLab on train' }).waitFor();
  assert.ok(!(await guest.content()).includes(HOST), 'the address is not told before somebody asks');
  await guest.getByRole('button', { name: /Continue to/ }).click();
  await guest.getByText('The app runs').waitFor({ timeout: 10_000 });
  assert.equal(guest.url(), `http://${HOST}:8888/`);
  assert.equal(await guest.locator('#referrer').innerText(), 'none', 'the app is not told where its guest came from');
});

test('by keyboard alone, without JavaScript', async () => {
  const page = await world.open('/', { javaScriptEnabled: false });
  await page.goto(`${world.server.origin}/c/rig/default/${world.train}/share?port=8888&mode=loadbalancer`);
  await page.getByRole('button', { name: 'Make guest link' }).focus();
  await page.keyboard.press('Enter');
  const link = await page.locator('.share-made code').first().innerText();
  const guest = await world.stranger({ javaScriptEnabled: false });
  await guest.goto(link);
  await guest.keyboard.press('Tab');
  await guest.getByRole('button', { name: /Continue to/ }).focus();
  await guest.keyboard.press('Enter');
  await guest.getByText('The app runs').waitFor({ timeout: 10_000 });
});

test('a page that waits becomes ready by itself', async () => {
  const page = await world.open();
  const link = await makeLink(page, world.late);
  const guest = await world.stranger();
  await guest.goto(link);
  await guest.getByRole('heading', { name: 'Port 8888 of late is not ready yet' }).waitFor();
  assert.ok(await guest.getByRole('button', { name: /Continue to/ }).isDisabled());
  await world.rig.ask('patch_lb', { name_on_cloud: world.late, addresses: [HOST] });
  await guest.getByRole('heading', { name: 'JupyterLab on late' }).waitFor({ timeout: 15_000 });
  await guest.getByRole('button', { name: /Continue to/ }).click();
  await guest.getByText('The app runs').waitFor({ timeout: 10_000 });
});

test('a link is revoked after a question, and opens nothing from then on', async () => {
  const page = await world.open();
  const link = await makeLink(page, world.train, 'To revoke');
  const line = dialog(page).locator('.share-links li', { hasText: 'To revoke' });
  await line.getByRole('link', { name: /Revoke/ }).click();
  await dialog(page).getByText('Revoke this guest link?').waitFor();
  await dialog(page).getByRole('button', { name: 'Revoke' }).click();
  await dialog(page).getByText('Guest link revoked.').waitFor();
  assert.equal(await dialog(page).locator('.share-links li', { hasText: 'To revoke' }).count(), 0);
  const guest = await world.stranger({ expected: [/404/] });
  await guest.goto(link);
  await guest.getByRole('heading', { name: 'This link does not work' }).waitFor();
});

test('a chat that looks at a link changes nothing and learns no address', async () => {
  const page = await world.open();
  const link = await makeLink(page, world.train);
  const looks = await Promise.all(Array.from({ length: 5 }, async () => {
    const answer = await fetch(link, { headers: { 'user-agent': 'Slackbot-LinkExpanding 1.0' } });
    return [answer.status, (await answer.text()).includes(HOST), answer.headers.get('referrer-policy')];
  }));
  assert.deepEqual(new Set(looks.map(String)), new Set(['200,false,no-referrer']));
  await eventually('the link to work for a person', async () => (await fetch(link)).status === 200);
});
