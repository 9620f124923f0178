// The built-in demo, as somebody without a cluster meets it: links that open, or break for real.
import { test } from 'node:test';
import assert from 'node:assert/strict';
import { prepare, row } from './support/prepare.mjs';

const world = prepare({ demo: true, checks: true });

// The row of a port by its cluster's name for people, and what its link opens.
async function rowOf(page, cluster, port) {
  const { clusters } = await world.server.overview();
  const found = clusters.find(({ name }) => name === cluster);
  assert.ok(found, `the demo has a cluster ${cluster}`);
  return row(page, found.name_on_cloud, port);
}

async function opened(page, cluster, port) {
  const link = (await rowOf(page, cluster, port)).locator('a.url').first();
  const [tab] = await Promise.all([page.context().waitForEvent('page'), link.click()]);
  await tab.waitForLoadState();
  return tab;
}

test('a banner says that it is a demo, and how to see one’s own clusters', async () => {
  const page = await world.open();
  const banner = page.locator('aside[aria-label="Demo"]');
  await banner.getByText('Connect your cluster').click();
  assert.match(await banner.innerText(), /skyports serve --kubeconfig/);
});

test('links open the apps behind a load balancer and behind the ingress', async () => {
  const page = await world.open();
  const behindBalancer = await opened(page, 'notebooks', 8888);
  assert.match(await behindBalancer.locator('body').innerText(), /stand-in/i);
  const behindIngress = await opened(page, 'experiments', 6006);
  assert.match(behindIngress.url(), /^http:\/\/localhost:\d+\/skypilot\/.*\/6006\/$/);
  assert.match(await behindIngress.locator('body').innerText(), /stand-in/i);
});

test('the app that needs the root path breaks under its path, as the warning says', async () => {
  const page = await world.open();
  const warned = await rowOf(page, 'jupyter-dev', 8888);
  await warned.locator('[data-code="subpath_breaks_app"]').waitFor();
  const tab = await opened(page, 'jupyter-dev', 8888);
  assert.match(await tab.locator('body').innerText(), /404 Not Found/);
  assert.ok(!tab.url().includes('/skypilot/'), `it left its path: ${tab.url()}`);
});

test('a new load balancer gets its address while one looks', async () => {
  const page = await world.open();
  const pending = await rowOf(page, 'hello-gradio', 7860);
  await pending.locator('a.url').waitFor({ timeout: 30_000 });
  const tab = await opened(page, 'hello-gradio', 7860);
  assert.match(await tab.locator('body').innerText(), /stand-in/i);
});

test('the one without a controller stays pending, and its panel says why and what to do', async () => {
  const page = await world.open();
  const stuck = await rowOf(page, 'rlhf-sweep', 8000);
  await stuck.locator('[data-panel]').click();
  const panel = page.locator('.drawer');
  await panel.locator('[data-code="no_load_balancer_controller"], .note').first().waitFor();
  assert.match(await panel.innerText(), /Nothing assigns addresses in demo-lab/);
  assert.match(await panel.innerText(), /MetalLB/);
  await page.keyboard.press('Escape');
  await panel.waitFor({ state: 'hidden' });
});

test('filter, sort and panel by keyboard alone', async () => {
  const page = await world.open();
  await page.keyboard.press('/');
  await page.keyboard.type('tensorboard');
  await page.waitForURL(/q=tensorboard/);
  await page.keyboard.press('Enter');
  await page.locator('tr.row :focus').waitFor();
  await page.keyboard.press('Space');
  await page.locator('.drawer[open]').waitFor();
  assert.match(await page.locator('.drawer').innerText(), /TensorBoard/);
});

test('what answers is ready; what does not has failed once somebody checks it, and says why', async () => {
  const page = await world.open();
  await (await rowOf(page, 'notebooks', 8888)).locator('.status[data-state="ready"]').waitFor({ timeout: 20_000 });
  const [controller] = (await world.server.overview()).clusters.filter(({ kind }) => kind === 'serve-controller');
  const { port } = controller.endpoints.find(({ port }) => port > 30_002);
  const target = `/c/${controller.context}/${controller.namespace}/${controller.name_on_cloud}/${port}`;
  const detail = await world.open(`${target}?mode=loadbalancer`);
  const panel = detail.locator('.drawer');
  await panel.getByText('Open, not checked.').waitFor();
  await detail.keyboard.press('r');
  await panel.locator('.note[data-code="nothing_listens"]').waitFor({ timeout: 20_000 });
  assert.match(await panel.innerText(), new RegExp(`Nothing answers on port ${port}`));
  await panel.getByRole('button', { name: 'Check now' }).click();
  await panel.locator('.status[data-state="failed"]').waitFor();
});
