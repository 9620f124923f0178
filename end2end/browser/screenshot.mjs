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

const server = await Server.start(undefined, { args: ['--demo'] });
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
  'close-port': [breaks, WIDE, 'light', (page) => page.locator('#endpoint [data-ports][href*="/close"]').click()],
};

// The dialog with its plan for a port.
function openPort(port, mode) {
  return async (page) => {
    await page.locator('.group-bar a[data-ports]').first().click();
    await page.locator('#ports-dialog [name=ports]').fill(port);
    await page.locator(`#ports-dialog [value=${mode}]`).check();
  };
}

mkdirSync(FOLDER, { recursive: true });
const browser = await launch();
for (const [name, [target, viewport, colorScheme = 'light', act]] of Object.entries(SCREENS)) {
  const context = await browser.newContext({ viewport, colorScheme });
  const page = await context.newPage();
  await signIn(page, server);
  await page.goto(server.origin + target);
  await live(page);
  if (act) {
    await act(page);
    await page.locator('#ports-dialog .plan').waitFor();
  }
  await page.mouse.move(0, 0);
  await page.evaluate(() => document.fonts.ready);
  await still(page);
  await page.screenshot({ path: path.join(FOLDER, `${name}.png`) });
  await context.close();
}
await browser.close();
await server.stop();
console.log(FOLDER);
