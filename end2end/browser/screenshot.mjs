// Makes docs/overview.png from the real program: `node screenshot.mjs` with the environment that
// CONTRIBUTING.md gives for one spec. SkyPilot's own functions make what it shows.
import { fileURLToPath } from 'node:url';
import { Rig } from './support/rig.mjs';
import { Server } from './support/server.mjs';
import { launch } from './support/chromium.mjs';
import { live, row, signIn } from './support/prepare.mjs';

const PICTURE = fileURLToPath(new URL('../../docs/overview.png', import.meta.url));

const rig = await Rig.start();
await rig.ask('ingress_controller', { addresses: ['203.0.113.80'] });
const gpu = { instance_type: '4CPU--16GB--H100:1', accelerators: { H100: 1 } };
await rig.cluster('llama-train', ['6006', '8265'], { address: '203.0.113.24', nodes: 4, ...gpu });
await rig.cluster('jupyter-dev', ['8080', '8888'], { mode: 'ingress', user: 'grace@example.com' });
await rig.cluster('serve-qwen', ['8000'], { address: 'a1b2c3.elb.example.com', ...gpu });
const pending = await rig.cluster('sd-demo', ['7860'], { user: 'tomas@example.com' });

const server = await Server.start(rig.kubeconfig);
const browser = await launch();
const context = await browser.newContext({ viewport: { width: 1280, height: 900 }, deviceScaleFactor: 1.5 });
const page = await context.newPage();
await signIn(page, server);
await live(page);
await row(page, pending, 7860).waitFor();
await page.mouse.move(0, 0);
await page.evaluate(() => document.fonts.ready);
const height = await page.evaluate(() => document.documentElement.scrollHeight);
await page.setViewportSize({ width: 1280, height });
await page.screenshot({ path: PICTURE });
await browser.close();
await server.stop();
await rig.stop();
console.log(PICTURE);
