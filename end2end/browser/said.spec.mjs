// Which app it is, said by whoever looks: other advice, for them alone. On the built-in demo, with and
// without JavaScript.
import { test } from 'node:test';
import assert from 'node:assert/strict';
import { eventually, live, prepare } from './support/prepare.mjs';

const world = prepare({ demo: true });

const panel = (page) => page.locator('#endpoint');
const warning = (page, code) => panel(page).locator(`.reasons [data-code=${code}]`);

async function clusterOf(name) {
  const { clusters } = await world.server.overview();
  return clusters.find((cluster) => cluster.name === name);
}

async function address(name, port, mode) {
  const { context, namespace, name_on_cloud: onCloud } = await clusterOf(name);
  return `/c/${context}/${namespace}/${onCloud}/${port}?mode=${mode}`;
}

// Chooses an app by its name, and comes back to the same page.
async function say(page, form, name) {
  await form.getByLabel('What app is this?').selectOption({ label: name });
  const loaded = page.waitForEvent('load');
  await form.getByRole('button', { name: 'Say so' }).click();
  await loaded;
}

async function isTold(page, name) {
  await panel(page).locator('h2').getByText(name).waitFor();
}

async function saysWhatItIs(page, form, unsaid) {
  const at = page.url();
  await warning(page, 'subpath_breaks_app').getByText('JupyterLab').waitFor();

  await say(page, form, 'TensorBoard');
  assert.equal(page.url(), at);
  await isTold(page, 'TensorBoard');
  assert.equal(await warning(page, 'subpath_breaks_app').count(), 0, 'TensorBoard stands its path');

  await say(page, form, 'Gradio');
  await isTold(page, 'Gradio');
  await warning(page, 'subpath_needs_flag').getByText('Gradio needs a setting').waitFor();
  const { pathname } = new URL((await clusterOf('jupyter-dev')).endpoints.find((it) => it.port === 8888).urls[0]);
  const flag = panel(page).locator('.fix code', { hasText: 'root_path' }).first();
  assert.match(await flag.innerText(), new RegExp(pathname.replace(/\/$/, '')), 'the flag names this path');

  await say(page, form, unsaid);
  await isTold(page, 'JupyterLab');
  await warning(page, 'subpath_breaks_app').waitFor();
}

test('the advice follows what the reader says, in this browser alone', async () => {
  const target = await address('jupyter-dev', 8888, 'ingress');
  const page = await world.open(target);
  const form = panel(page).locator('form.app-select');
  await saysWhatItIs(page, form, 'As skyports sees it');
  await say(page, form, 'TensorBoard');
  await isTold(page, 'TensorBoard');
  const other = await world.open(target);
  await isTold(other, 'JupyterLab');
  await warning(other, 'subpath_breaks_app').waitFor();
});

test('what was said stays as the page goes on by itself', async () => {
  const target = await address('jupyter-dev', 8888, 'ingress');
  const page = await world.open(target);
  await say(page, panel(page).locator('form.app-select'), 'TensorBoard');
  await live(page);
  const { name_on_cloud: onCloud, context, namespace } = await clusterOf('jupyter-dev');
  // A change of this very cluster, which everybody is told.
  const opened = await world.server.fetch(`/c/${context}/${namespace}/${onCloud}/open`, {
    method: 'POST',
    headers: { origin: world.server.origin, 'content-type': 'application/x-www-form-urlencoded' },
    body: new URLSearchParams({ ports: '7070', mode: 'ingress' }),
  });
  assert.equal(opened.status, 303);
  await page.locator(`tr.row:has(a[href*="/${onCloud}/7070"])`).waitFor();
  await isTold(page, 'TensorBoard');
  assert.equal(await warning(page, 'subpath_breaks_app').count(), 0);
  // As the program asks anew: the list is told as the page was.
  await page.goto(world.server.origin + '/');
  await live(page);
  await page.locator(`tr.row:has(a[href*="/${onCloud}/8888?mode=ingress"])`).getByText('TensorBoard').first().waitFor();
  assert.equal((await clusterOf('jupyter-dev')).endpoints.find((it) => it.port === 8888).app.id, 'jupyter', 'scripts are told what skyports sees');
});

test('without JavaScript it is a form, too', async () => {
  const page = await world.open(await address('jupyter-dev', 8888, 'ingress'), { javaScriptEnabled: false });
  await saysWhatItIs(page, page.locator('noscript form.app-select, form.app-select').first(), 'As skyports sees it');
});

test('an app that nobody knows is refused', async () => {
  const [path, query] = (await address('jupyter-dev', 8888, 'ingress')).split('?');
  const answer = await world.server.fetch(`${path}/app?${query}`, {
    method: 'POST',
    headers: { origin: world.server.origin, 'content-type': 'application/x-www-form-urlencoded' },
    body: 'app=%3Cb%3E',
  });
  assert.equal(answer.status, 422);
  assert.equal(answer.headers.get('set-cookie'), null);
  await eventually('a sentence', async () => (await answer.text()).includes('No app is known by the id'));
});
