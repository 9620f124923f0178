// Makes the pictures in docs/screens from the built-in demo: `node screenshot.mjs` with the
// environment that CONTRIBUTING.md gives for one spec.
import { mkdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import path from 'node:path';
import { Server } from './support/server.mjs';
import { launch } from './support/chromium.mjs';
import { eventually, live, signIn, still } from './support/prepare.mjs';

const FOLDER = fileURLToPath(new URL('../../docs/screens/', import.meta.url));
const WIDE = { width: 1280, height: 860 };
const PHONE = { width: 390, height: 844 };

const server = await Server.start(undefined, { args: ['--demo'], checks: true });
const endpoints = await eventually('the demo', async () => {
  const { clusters, contexts } = await server.overview();
  const isThere = contexts.every(({ state }) => state === 'live') && clusters.length > 0;
  return isThere && clusters.flatMap((cluster) => cluster.endpoints);
});

// The address of an endpoint's panel: CONTEXT/NAMESPACE/NAME/PORT/MODE is its id.
function panel(is) {
  const [context, namespace, name, port, mode] = endpoints.find(is).id.split('/');
  return `/c/${context}/${namespace}/${name}/${port}?mode=${mode}`;
}
const breaks = panel(({ warnings }) => warnings.some(({ code }) => code === 'subpath_breaks_app'));
const spread = panel(({ port, warnings }) => port === 6006 && warnings.some(({ code }) => code === 'multi_node_routing'));
const stuck = panel(({ reason }) => reason?.code === 'no_load_balancer_controller');

const SCREENS = {
  overview: ['/', WIDE],
  'overview-dark': ['/', WIDE, 'dark'],
  'overview-phone': ['/', PHONE],
  panel: [breaks, WIDE],
  'panel-dark': [stuck, WIDE, 'dark'],
  'panel-phone': [breaks, PHONE],
  cluster: [breaks.split('/').slice(0, 5).join('/'), WIDE],
  contexts: ['/contexts', WIDE],
  'nothing-matches': ['/?q=tensorbord', WIDE],
  'open-port': ['/', WIDE, 'light', openPort('8888', 'loadbalancer')],
  'open-port-dark': ['/', WIDE, 'dark', openPort('8265', 'loadbalancer')],
  'open-port-phone': ['/', PHONE, 'light', openPort('8888', 'ingress')],
  'close-port': [breaks, WIDE, 'light', planned('[href*="/close"]')],
  'keep-path': [breaks, WIDE, 'light', planned(':text-is("Add the route")')],
  'keep-path-dark': [breaks, WIDE, 'dark', planned(':text-is("Add the route")')],
  'keep-path-phone': [breaks, PHONE, 'light', planned(':text-is("Add the route")')],
  checks: [breaks, WIDE, 'light', checked],
  'checks-dark': [spread, WIDE, 'dark', checked],
  'checks-phone': [spread, PHONE, 'light', checked],
  share: [breaks, WIDE, 'light', shared],
  'share-dark': [breaks, WIDE, 'dark', shared],
  'share-phone': [breaks, PHONE, 'light', shared],
};

// The dialog with its plan for a port.
function openPort(port, mode) {
  return async (page) => {
    await page.locator('.group-bar a[data-ports]').first().click();
    await page.locator('#ports-dialog [name=ports]').fill(port);
    await page.locator(`#ports-dialog [value=${mode}]`).check();
    await page.locator('#ports-dialog .plan').waitFor();
  };
}

// The dialog with the plan behind a link of the panel.
function planned(link) {
  return async (page) => {
    await page.locator(`#endpoint [data-ports]${link}`).first().click();
    await page.locator('#ports-dialog .plan').waitFor();
  };
}

// The chain of checks, after it was asked.
async function checked(page) {
  await page.locator('#endpoint').getByRole('button', { name: 'Check now' }).click();
  await eventually('the checks', async () => /all in/.test(await page.locator('#checks-title').innerText()));
  await page.locator('#checks-title').evaluate((title) => title.scrollIntoView({ block: 'start' }));
}

// The dialog that shares, with a guest link that was just made.
async function shared(page) {
  await page.locator('#endpoint').getByRole('link', { name: 'Share' }).click();
  const dialog = page.locator('#ports-dialog');
  await dialog.getByLabel('For whom (optional)').fill('Ana (review)');
  await dialog.getByRole('button', { name: 'Make guest link' }).click();
  await dialog.getByText('Copy it now: it is shown once.').waitFor();
}

mkdirSync(FOLDER, { recursive: true });
const browser = await launch();
for (const [name, [target, viewport, colorScheme = 'light', act]] of Object.entries(SCREENS)) {
  const context = await browser.newContext({ viewport, colorScheme });
  const page = await context.newPage();
  await signIn(page, server);
  await page.goto(server.origin + target);
  await live(page);
  if (act) await act(page);
  await page.mouse.move(0, 0);
  await page.evaluate(() => document.fonts.ready);
  await still(page);
  await page.screenshot({ path: path.join(FOLDER, `${name}.png`) });
  await context.close();
}
await browser.close();
await server.stop();
console.log(FOLDER);
