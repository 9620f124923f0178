// `./bench page`: how fast the page is for the one who looks at it.
//
// A real API server, our server, Chromium; beside them a bare watch client and SkyPilot's own
// server with its dashboard, in the same run. Ends non-zero when a goal is missed.
import { Rig } from '../browser/support/rig.mjs';
import { Server } from '../browser/support/server.mjs';
import { launch } from '../browser/support/chromium.mjs';
import { Api } from './page/api.mjs';
import { Goals } from './page/goals.mjs';
import { measureBytes, measureSlowVisit } from './page/first_visit.mjs';
import { measureBurst } from './page/burst.mjs';
import { measurePropagation } from './page/propagation.mjs';
import { measureTyping } from './page/typing.mjs';

const PORTS = ['6006', '8000', '8888'];

async function main() {
  const goals = new Goals();
  const rig = await Rig.start();
  const browser = await launch();
  let server;
  try {
    const api = new Api(rig);
    const fill = (clusters, prefix) => rig.ask('generate', { clusters, ports: PORTS, prefix });
    await fill(100, 'hundred');
    server = await Server.start(rig.kubeconfig);
    const world = { rig, api, server, browser, goals, ports: PORTS };
    await shown(server, 300);
    await measurePropagation(world);
    await measureSlowVisit(world);
    await measureBytes(world);
    await fill(234, 'more');
    await shown(server, 1_002);
    await measureTyping(world);
    await measureBurst(world);
  } finally {
    await browser.close();
    await server?.stop();
    await rig.stop();
  }
  return goals.tell();
}

// Until our server shows so many endpoints, each with its URL.
async function shown(server, wanted) {
  const until = Date.now() + 120_000;
  for (;;) {
    const { clusters } = await server.overview();
    const endpoints = clusters.flatMap((cluster) => cluster.endpoints).filter((it) => it.urls.length > 0);
    if (endpoints.length === wanted) return;
    if (Date.now() > until) throw new Error(`${endpoints.length} endpoints have a URL, not ${wanted}`);
    await new Promise((done) => setTimeout(done, 200));
  }
}

process.exit((await main()) ? 0 : 1);
