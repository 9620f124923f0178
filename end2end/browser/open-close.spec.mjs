// Opening and closing ports on the real API server: by mouse, by keyboard alone, without
// JavaScript; with mistakes, a refusal, a second tab.
import { test } from 'node:test';
import assert from 'node:assert/strict';
import { eventually, live, prepare, row, signIn } from './support/prepare.mjs';
import { Server } from './support/server.mjs';

const world = prepare({
  async ready({ rig }) {
    await rig.ask('ingress_controller', { addresses: ['203.0.113.16'] });
    world.train = await rig.cluster('train', ['6006'], { address: '203.0.113.7' });
    world.fresh = (await rig.ask('provision', { name: 'fresh' })).name_on_cloud;
    world.keys = (await rig.ask('provision', { name: 'keys' })).name_on_cloud;
    world.plain = (await rig.ask('provision', { name: 'plain' })).name_on_cloud;
  },
});

const dialog = (page) => page.locator('#ports-dialog');
const submit = (page) => dialog(page).locator('[data-submit]');

async function services(prefix) {
  const { answer } = await world.rig.ask('request', { method: 'GET', path: '/api/v1/namespaces/default/services' });
  return answer.items.filter(({ metadata }) => metadata.name.startsWith(`${prefix}-`) && !/-head(-ssh)?$/.test(metadata.name));
}

// The dialog for a cluster, with its plan for the ports that are typed.
async function planFor(page, cluster, ports) {
  await page.locator(`a[data-ports][href$="/${cluster}/open"]`).first().click();
  await dialog(page).getByLabel('Port', { exact: true }).waitFor();
  await page.keyboard.type(ports);
}

async function ready(page) {
  await dialog(page).locator('[data-submit][aria-disabled=false]').waitFor();
}

test('a port is opened: the plan first, then the panel follows it until its address is there', async () => {
  const page = await world.open();
  await planFor(page, world.fresh, '8888');
  await ready(page);
  const plan = await dialog(page).innerText();
  assert.match(plan, new RegExp(`Creates the Service ${world.fresh}--skypilot-lb`));
  assert.match(plan, /You have the rights it needs/);
  assert.match(plan, /The API server accepts it \(dry run\)/);
  assert.deepEqual(await services(world.fresh), [], 'a plan writes nothing');
  await submit(page).click();
  await dialog(page).waitFor({ state: 'hidden' });
  const panel = page.locator('#endpoint');
  await panel.getByText('Waiting for an address').first().waitFor();
  assert.match(page.url(), new RegExp(`/${world.fresh}/8888\\?mode=loadbalancer$`));
  await world.rig.ask('patch_lb', { name_on_cloud: world.fresh, addresses: ['203.0.113.9'] });
  await panel.locator('a.url[href="http://203.0.113.9:8888/"]').waitFor();
  assert.match(await panel.innerText(), /Make it permanent/);
});

test('the plan follows what is typed and chosen, and mistakes stand where they were made', async () => {
  const page = await world.open();
  await planFor(page, world.train, '70000');
  const field = dialog(page).getByLabel('Port', { exact: true });
  await dialog(page).locator('[role=alert]').getByText('is no port').waitFor();
  assert.equal(await field.getAttribute('aria-invalid'), 'true');
  assert.equal(await submit(page).getAttribute('aria-disabled'), 'true');
  await field.fill('6006');
  await dialog(page).getByText('Port 6006 is already open.').waitFor();
  await dialog(page).getByRole('button', { name: '8888 Jupyter' }).click();
  await dialog(page).getByText(`Adds port 8888 to the Service ${world.train}--skypilot-lb`, { exact: false }).waitFor();
  await dialog(page).locator('summary', { hasText: 'YAML' }).click();
  await dialog(page).locator('code .added').first().waitFor();

  await dialog(page).getByLabel('IP ranges').check();
  const networks = dialog(page).getByLabel('Networks that may reach it');
  await networks.fill('office');
  await dialog(page).locator('[role=alert]').getByText('is no network').waitFor();
  await networks.fill('198.51.100.0/24');
  await dialog(page).getByText(`${world.train}-skyports-lb-8888`, { exact: false }).first().waitFor();
  assert.equal(await networks.inputValue(), '198.51.100.0/24', 'what is typed stays');
  await dialog(page).getByLabel('Ingress').check();
  await dialog(page).getByText('http://203.0.113.16/skypilot/default/', { exact: false }).first().waitFor();
  await dialog(page).locator('[data-code=subpath_breaks_app]').waitFor();
  await page.keyboard.press('Escape');
  await dialog(page).waitFor({ state: 'hidden' });
  assert.equal((await services(world.train)).length, 1, 'nothing was written');
});

test('a port that gives control is opened only when its number is typed again', async () => {
  const page = await world.open();
  await planFor(page, world.train, '8265');
  const again = dialog(page).getByLabel('Type 8265 to open it all the same');
  await again.waitFor();
  assert.match(await dialog(page).innerText(), /ssh -L 8265:localhost:8265 train/);
  await submit(page).click({ force: true });
  await again.waitFor();
  const open = async () => (await services(world.train))[0].spec.ports.map(({ port }) => port);
  assert.deepEqual(await open(), [6006]);
  await again.fill('8265');
  await ready(page);
  await submit(page).click();
  await dialog(page).waitFor({ state: 'hidden' });
  assert.deepEqual(await open(), [6006, 8265]);
});

test('a port is closed, and taken back by the button that has the focus', async () => {
  const page = await world.open(`/c/rig/default/${world.train}/6006`);
  await page.locator('#endpoint').getByRole('link', { name: 'Close port' }).click();
  await ready(page);
  await submit(page).click();
  await dialog(page).waitFor({ state: 'hidden' });
  await page.locator('#endpoint').getByText('Not open').first().waitFor();
  const undo = page.getByRole('link', { name: 'Undo' });
  await undo.waitFor();
  assert.equal(await undo.evaluate((it) => it === document.activeElement), true);
  await page.keyboard.press('Enter');
  await ready(page);
  assert.equal(await dialog(page).getByLabel('Port', { exact: true }).inputValue(), '6006');
  await submit(page).click();
  await page.locator('#endpoint a.url').first().waitFor();
});

test('by keyboard alone, and a second tab shows it', async () => {
  const other = await world.open();
  const page = await world.open();
  const opener = page.locator(`a[data-ports][href$="/${world.keys}/open"]`).first();
  await opener.focus();
  await page.keyboard.press('Enter');
  await dialog(page).getByLabel('Port', { exact: true }).waitFor();
  await page.keyboard.type('8000');
  await ready(page);
  // Twice: it is one port all the same.
  await page.keyboard.press('Enter');
  await page.keyboard.press('Enter');
  await page.locator('#endpoint').getByText('Waiting for an address').first().waitFor();
  await row(other, world.keys, 8000).waitFor();
  const [service, ...more] = await services(world.keys);
  assert.deepEqual([service.spec.ports.length, more.length], [1, 0]);
});

test('who may not create Services is told which right is missing, before and after', async () => {
  const { path } = await world.rig.ask('kubeconfig', { path: `${world.rig.folder}/viewer`, contexts: [{ name: 'rig', user: 'viewer' }] });
  const server = await Server.start(path);
  try {
    const page = await world.stranger({ expected: [/422/] });
    await signIn(page, server);
    await live(page);
    await planFor(page, world.plain, '8888');
    await dialog(page).locator('[data-code=forbidden]').waitFor();
    const told = await dialog(page).innerText();
    assert.match(told, /It needs create on services in namespace default/);
    assert.match(told, /kind: Role/);
    assert.equal(await submit(page).getAttribute('aria-disabled'), 'true');
  } finally {
    await server.stop();
  }
});

test('without JavaScript the form shows its plan, opens, and closes', async () => {
  const page = await world.open('/', { javaScriptEnabled: false, expected: [/422/] });
  await page.locator(`a[data-ports][href$="/${world.plain}/open"]`).first().click();
  await page.fill('[name=ports]', 'abc');
  await page.getByRole('button', { name: 'Preview' }).click();
  await page.locator('[role=alert]', { hasText: 'is no port' }).waitFor();
  await page.fill('[name=ports]', '8888');
  await page.getByRole('button', { name: 'Preview' }).click();
  await page.getByText(`Creates the Service ${world.plain}--skypilot-lb`, { exact: false }).waitFor();
  assert.deepEqual(await services(world.plain), []);
  await page.getByRole('button', { name: 'Open port 8888' }).click();
  await page.locator('#endpoint').getByText('Waiting for an address').first().waitFor();
  await eventually('the Service', async () => (await services(world.plain)).length === 1);
  await page.getByRole('link', { name: 'Close port' }).click();
  await page.getByText('Deletes the Service', { exact: false }).waitFor();
  await page.getByRole('button', { name: 'Close port 8888' }).click();
  await page.getByRole('heading', { name: 'plain', exact: true }).waitFor();
  assert.deepEqual(await services(world.plain), []);
});
