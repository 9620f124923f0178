// What skyports does about a finding by itself, by its button, on the built-in demo: a route that keeps
// the path and goes again, from one mode to the other, requests for the head alone.
import { test } from 'node:test';
import assert from 'node:assert/strict';
import { eventually, prepare } from './support/prepare.mjs';

const world = prepare({ demo: true });

const dialog = (page) => page.locator('#ports-dialog');
const panel = (page) => page.locator('#endpoint');
const submit = (page) => dialog(page).locator('[data-submit]');

async function clusterOf(name) {
  const { clusters } = await world.server.overview();
  return clusters.find((cluster) => cluster.name === name);
}

// The address of an endpoint's panel.
async function address(name, port, mode) {
  const { context, namespace, name_on_cloud: onCloud } = await clusterOf(name);
  return `/c/${context}/${namespace}/${onCloud}/${port}?mode=${mode}`;
}

async function endpoint(name, port, mode) {
  const { endpoints } = await clusterOf(name);
  return endpoints.find((it) => it.port === port && it.mode === mode);
}

async function press(page, name) {
  await panel(page).getByRole('link', { name, exact: true }).first().click();
  await dialog(page).locator('[data-submit][aria-disabled=false]').waitFor();
}

async function carriedOut(page) {
  await submit(page).click();
  await dialog(page).waitFor({ state: 'hidden' });
}

test('the route that keeps the path is added at the same URL, and removed again', async () => {
  const page = await world.open(await address('jupyter-dev', 8888, 'ingress'));
  const [url] = (await endpoint('jupyter-dev', 8888, 'ingress')).urls;
  const status = async () => (await fetch(url, { redirect: 'manual' })).status;
  assert.equal(await status(), 302, 'the app leaves the path');

  await press(page, 'Add the route');
  assert.ok(await dialog(page).getByLabel('Keep the path').isChecked());
  const plan = await dialog(page).textContent();
  assert.match(plan, new RegExp(`ServerApp.base_url=${new URL(url).pathname}`));
  assert.match(plan, /Makes the Ingress \S+-skyports-8888/);
  assert.equal(await status(), 302, 'a plan writes nothing');
  await carriedOut(page);
  await panel(page).getByRole('link', { name: 'Remove the route' }).first().waitFor();
  // The app has not been told its path yet: it sees it, and knows no such page.
  await eventually('the whole path', async () => (await status()) === 404);
  assert.equal((await endpoint('jupyter-dev', 8888, 'ingress')).route, 'kept');

  await press(page, 'Remove the route');
  assert.match(await dialog(page).innerText(), /Remove the route of port 8888/);
  await carriedOut(page);
  await panel(page).getByRole('link', { name: 'Add the route' }).first().waitFor();
  await eventually('SkyPilot’s route', async () => (await status()) === 302);
});

test('a box that is not ticked asks for nothing, and the path can be chosen in the form', async () => {
  const page = await world.open();
  const { name_on_cloud: onCloud } = await clusterOf('experiments');
  await page.locator(`a[data-ports][href$="/${onCloud}/open"]`).first().click();
  await dialog(page).getByLabel('Port', { exact: true }).fill('6006');
  await dialog(page).getByText('Port 6006 is already open.').waitFor();
  await dialog(page).getByLabel('Keep the path').check();
  await dialog(page).locator('[data-code=path_kept]').waitFor();
  await dialog(page).getByLabel('LoadBalancer').check();
  const closes = dialog(page).getByLabel('Close it in the mode Ingress then');
  await closes.waitFor();
  await dialog(page).getByText('of type LoadBalancer with port 6006', { exact: false }).waitFor();
  assert.equal(await dialog(page).locator('[data-code=link_stops]').count(), 0);
  await closes.check();
  await dialog(page).locator('[data-code=link_stops]').waitFor();
  await closes.uncheck();
  await dialog(page).locator('[data-code=link_stops]').waitFor({ state: 'detached' });
});

test('requests go to the head alone', async () => {
  const page = await world.open(await address('llama-train', 6006, 'loadbalancer'));
  await panel(page).locator('[data-code=multi_node_routing]').waitFor();
  await press(page, 'Send to the head only');
  await dialog(page).locator('[data-code=selector_taken]').waitFor();
  assert.ok(await dialog(page).getByLabel('Send requests to the head only').isChecked());
  await carriedOut(page);
  await panel(page).locator('[data-code=multi_node_routing]').waitFor({ state: 'detached' });
});

test('a port gets an address of its own, and its path closes', async () => {
  const page = await world.open(await address('jupyter-dev', 8888, 'ingress'));
  await press(page, 'Switch to LoadBalancer');
  const plan = await dialog(page).innerText();
  assert.match(plan, /of type LoadBalancer with port 8888[\s\S]*Takes the path for port 8888/);
  assert.match(plan, /The Ingress link of port 8888 stops working/);
  await carriedOut(page);
  await page.waitForURL(/8888\?mode=loadbalancer$/);
  await panel(page).locator('a.url').first().waitFor({ timeout: 30_000 });
  await eventually('the path to close', async () => {
    const left = await endpoint('jupyter-dev', 8888, 'ingress');
    return (left?.urls ?? []).length === 0;
  });
});

test('without JavaScript each is a form with its plan', async () => {
  const page = await world.open(await address('sd-demo', 7860, 'ingress'), { javaScriptEnabled: false });
  await panel(page).getByRole('link', { name: 'Switch to LoadBalancer' }).first().click();
  await page.waitForURL(/\/open\?ports=7860&mode=loadbalancer&switch=on$/);
  await page.locator('[data-code=link_stops]').waitFor();
  assert.ok(await page.locator('[data-submit]').isVisible());
});
