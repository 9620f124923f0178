// The chain of checks in the panel of an endpoint: what holds, what does not, and nothing said of
// what lies behind it.
import { test } from 'node:test';
import assert from 'node:assert/strict';
import { eventually, prepare } from './support/prepare.mjs';

const world = prepare({ demo: true, checks: true });

// The panel of a port, opened by its address.
async function panelOf(cluster, port, options) {
  const { clusters } = await world.server.overview();
  const { context, namespace, name_on_cloud, endpoints } = clusters.find(({ name }) => name === cluster);
  const { mode } = endpoints.find((endpoint) => endpoint.port === port);
  const page = await world.open(`/c/${context}/${namespace}/${name_on_cloud}/${port}?mode=${mode}`, options);
  const panel = page.locator('#endpoint[open]');
  await panel.locator('.chain').waitFor();
  return { page, panel };
}

const link = (panel, kind) => panel.locator(`.chain > [data-link="${kind}"]`);
const states = (panel) =>
  panel.locator('.chain > li').evaluateAll((links) => Object.fromEntries(links.map((it) => [it.dataset.link, it.dataset.state])));

test('every link of an app that answers holds, and says how long it took', async () => {
  const { panel } = await panelOf('notebooks', 8888);
  await panel.getByRole('button', { name: 'Check now' }).click();
  await link(panel, 'http').and(panel.locator('[data-state="ready"]')).waitFor({ timeout: 20_000 });
  assert.deepEqual(await states(panel), {
    object: 'ready', controller: 'ready', address: 'ready', dns: 'skipped', tcp: 'ready', http: 'ready', app: 'ready',
  }); // prettier-ignore
  assert.match(await link(panel, 'http').innerText(), /302 Found, to \/lab\?[\s\S]*\d+ ms/);
  assert.match(await link(panel, 'tcp').innerText(), /\d+ ms/);
  assert.match(await link(panel, 'app').innerText(), /without a login/);
  assert.match(await panel.locator('#checks-title').innerText(), /\d\d:\d\d UTC, all in \d+ ms/);
});

test('behind a controller that is not there nothing was checked', async () => {
  const { panel } = await panelOf('rlhf-sweep', 8000);
  assert.deepEqual(await states(panel), {
    object: 'ready', controller: 'attention', address: 'skipped', dns: 'skipped', tcp: 'skipped', tls: 'skipped', http: 'skipped', app: 'skipped',
  }); // prettier-ignore
  assert.equal(await panel.getByRole('button', { name: 'Check now' }).count(), 0, 'there is nothing to ask');
  assert.equal(await link(panel, 'controller').locator('.chain-why').count(), 0, 'the top of the panel says why');
});

test('nodes on which the app does not run are found by several connections', async () => {
  const { panel } = await panelOf('llama-train', 6006);
  await panel.getByRole('button', { name: 'Check now' }).click();
  const why = panel.locator('.chain-why[data-code="multi_node_routing"]');
  await why.waitFor({ timeout: 20_000 });
  assert.match(await why.innerText(), /\d of 8 requests found nobody/);
});

test('an app that leaves its path is told at the last link', async () => {
  const { panel } = await panelOf('jupyter-dev', 8888);
  await panel.getByRole('button', { name: 'Check now' }).click();
  await link(panel, 'app').and(panel.locator('[data-state="attention"]')).waitFor({ timeout: 20_000 });
  assert.equal(await link(panel, 'http').getAttribute('data-state'), 'ready');
});

test('while it is checked again the button keeps the focus and what was unfolded stays', async () => {
  const { page, panel } = await panelOf('notebooks', 8888);
  const fold = panel.locator('.fold', { hasText: 'YAML' }).first();
  await fold.locator('summary').click();
  const button = panel.getByRole('button', { name: 'Check now' });
  await button.focus();
  await page.keyboard.press('Enter');
  await eventually('the answer', async () => (await panel.locator('.described').getAttribute('aria-busy')) === 'false');
  assert.ok(await button.evaluate((element) => element === document.activeElement));
  assert.ok(await fold.locator('pre').isVisible());
});

test('on a phone no line of it is cut', async () => {
  const { page, panel } = await panelOf('jupyter-dev', 8080, { viewport: { width: 390, height: 800 } });
  await panel.getByRole('button', { name: 'Check now' }).click();
  await link(panel, 'http').and(panel.locator('[data-state="ready"]')).waitFor({ timeout: 20_000 });
  const { scroll, width } = await panel.locator('#endpoint-body').evaluate((body) => ({ scroll: body.scrollWidth, width: body.clientWidth }));
  assert.ok(scroll <= width, `${scroll} in ${width}`);
  assert.equal(await page.evaluate(() => document.documentElement.scrollWidth), 390);
});
