// The first visit: how soon a URL can be seen on a slow line, and what is loaded, beside SkyPilot's
// own dashboard as its own server sends it.
import { spawn } from 'node:child_process';
import { createServer } from 'node:http';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { gzipSync } from 'node:zlib';
import { freePort } from '../../browser/support/server.mjs';
import { live, signIn } from '../../browser/support/prepare.mjs';
import { median } from './goals.mjs';
import { quietWindow } from './window.mjs';

const VISITS = 7;

export async function measureSlowVisit({ server, browser, goals }) {
  const bare = await BareServer.start();
  const [first, next, least, shifts] = [[], [], [], []];
  // In turns: what a page of one link takes tells how fast the machine is just now.
  for (let visit = 0; visit < VISITS; visit += 1) {
    least.push((await slowVisit(browser, (page) => page.goto('about:blank'), bare.origin, async () => {})).first);
    const seen = await slowVisit(browser, (page) => signIn(page, server), server.origin, (page) => live(page));
    first.push(seen.first);
    next.push(seen.next);
    shifts.push(seen.shift);
  }
  bare.stop();
  const told = (times) => times.map((it) => it.toFixed(0)).join(', ');
  console.log(`1.6 Mbit/s, 150 ms, CPU 4 × slower, empty cache, ${VISITS} visits: first URL on the screen after ${told(first)} ms (the page is ready for its next frame after ${told(next)} ms); a page of one link, in turns with them, ${told(least)} ms, median ${median(least).toFixed(0)}`);
  goals.check(median(first) <= 1_000, `first URL visible on a slow line after ${median(first).toFixed(0)} ms (goal 1000)`);
  goals.check(Math.max(...shifts) === 0, `layout shift ${Math.max(...shifts).toFixed(4)} (goal 0)`);
}

export async function measureBytes({ server, browser, goals }) {
  const ours = await visit(browser, (page) => signIn(page, server), server.origin, (page) => live(page));
  const skypilot = await SkyPilotServer.start();
  let theirs;
  try {
    theirs = await visit(browser, async () => {}, `${skypilot.origin}/dashboard/clusters`, (page) => page.waitForTimeout(5_000));
  } finally {
    skypilot.stop();
  }
  const [sent, asSent, gzipped] = [ours.sent, theirs.sent, theirs.gzipped].map((bytes) => bytes / 1_000);
  console.log(`first visit: ours ${sent.toFixed(1)} kB in ${ours.files} files, with 300 endpoints in it; SkyPilot's dashboard ${asSent.toFixed(1)} kB in ${theirs.files} files, gzipped ${gzipped.toFixed(1)} kB`);
  goals.check(sent <= 0.15 * asSent, `first visit ${(sent / asSent).toFixed(3)} of SkyPilot's dashboard as its server sends it (goal 0.15)`);
  goals.check(sent <= 0.5 * gzipped, `first visit ${(sent / gzipped).toFixed(3)} of SkyPilot's dashboard gzipped (goal 0.5)`);
}

// A visit on a slow line by a slow machine that has nothing of `address` in its cache.
async function slowVisit(browser, before, address, settled) {
  const page = await quietWindow(browser);
  const context = page.context();
  await before(page);
  await page.goto('about:blank');
  const devtools = await context.newCDPSession(page);
  await devtools.send('Network.setCacheDisabled', { cacheDisabled: true });
  await devtools.send('Network.emulateNetworkConditions', {
    offline: false,
    latency: 150,
    downloadThroughput: 1_600_000 / 8,
    uploadThroughput: 750_000 / 8,
  });
  await devtools.send('Emulation.setCPUThrottlingRate', { rate: 4 });
  await page.addInitScript(watchFirstUrl);
  await page.goto(address, { waitUntil: 'commit' });
  await settled(page);
  await page.waitForTimeout(1_000);
  const seen = await page.evaluate(() => ({ first: globalThis.firstUrl, next: globalThis.nextFrame, shift: globalThis.shift }));
  await context.close();
  return seen;
}

// In the page: when the first link to an endpoint was on the screen, when the frame after that one began,
// and how far things moved.
function watchFirstUrl() {
  globalThis.shift = 0;
  new PerformanceObserver((list) => {
    for (const entry of list.getEntries()) globalThis.shift += entry.value;
  }).observe({ type: 'layout-shift', buffered: true });
  // Element Timing: the moment at which the frame that shows it was presented.
  new PerformanceObserver((list) => {
    globalThis.firstUrl ??= list.getEntries()[0].renderTime;
  }).observe({ type: 'element', buffered: true });
  // Frames are made only once the styles are there.
  const look = () => {
    const link = document.querySelector('a.url');
    if (!link) {
      requestAnimationFrame(look);
      return;
    }
    // A text's time is told for the block that it stands in.
    for (const it of [link, link.parentElement, ...link.children]) it.setAttribute('elementtiming', 'url');
    requestAnimationFrame(() => (globalThis.nextFrame = performance.now()));
  };
  requestAnimationFrame(look);
}

// What one visit with an empty cache loads: bytes on the wire, and the same texts gzipped.
async function visit(browser, before, address, settled) {
  const context = await browser.newContext();
  const page = await context.newPage();
  await before(page);
  await page.goto('about:blank');
  const devtools = await context.newCDPSession(page);
  await devtools.send('Network.enable');
  await devtools.send('Network.setCacheDisabled', { cacheDisabled: true });
  const files = new Map();
  devtools.on('Network.responseReceived', ({ requestId, response, type }) => {
    if (type !== 'EventSource' && response.status === 200) files.set(requestId, { url: response.url, type });
  });
  devtools.on('Network.loadingFinished', ({ requestId, encodedDataLength }) => {
    const file = files.get(requestId);
    if (file) file.sent = encodedDataLength;
  });
  await page.goto(address);
  await settled(page);
  let [sent, gzipped] = [0, 0];
  const origin = new URL(address).origin;
  // Of SkyPilot's page only what is built: its answers to calls are another matter.
  const counted = [...files].filter(([, { url, sent: bytes, type }]) => bytes && url.startsWith(origin) && !(type === 'Fetch' && url.includes('/api/')));
  for (const [requestId, file] of counted) {
    sent += file.sent;
    const { body, base64Encoded } = await devtools.send('Network.getResponseBody', { requestId });
    const bytes = Buffer.from(body, base64Encoded ? 'base64' : 'utf8');
    gzipped += /\.(woff2|png|ico)$/.test(file.url) ? bytes.length : gzipSync(bytes, { level: 6 }).length;
  }
  await context.close();
  return { sent, gzipped, files: counted.length };
}

// The least that a visit can take here: a page of one link.
class BareServer {
  #server;

  static async start() {
    const bare = new BareServer();
    bare.#server = createServer((_, answer) => answer.setHeader('content-type', 'text/html').end('<!DOCTYPE html><title>link</title><a class="url" href="/">link</a>'));
    await new Promise((done) => bare.#server.listen(0, '127.0.0.1', done));
    bare.origin = `http://127.0.0.1:${bare.#server.address().port}`;
    return bare;
  }

  stop() {
    this.#server.close();
    this.#server.closeAllConnections();
  }
}

// SkyPilot's API server from the PyPI wheel, which serves its dashboard.
class SkyPilotServer {
  #child;
  #home = mkdtempSync(path.join(tmpdir(), 'skyports-bench-'));

  static async start() {
    const server = new SkyPilotServer();
    const port = await freePort();
    server.origin = `http://127.0.0.1:${port}`;
    const uvicorn = path.join(path.dirname(process.env.SKYPORTS_PYTHON), 'uvicorn');
    server.#child = spawn(uvicorn, ['sky.server.server:app', '--lifespan', 'off', '--port', String(port)], {
      env: { PATH: process.env.PATH, HOME: server.#home, SKYPILOT_DISABLE_USAGE_COLLECTION: '1' },
      stdio: 'ignore',
    });
    process.once('exit', () => server.#child.kill('SIGKILL'));
    for (const until = Date.now() + 60_000; ; ) {
      const answer = await fetch(`${server.origin}/dashboard/clusters`).catch(() => undefined);
      if (answer?.ok) return server;
      if (Date.now() > until) throw new Error("SkyPilot's server did not answer in 60 s");
      await new Promise((done) => setTimeout(done, 200));
    }
  }

  stop() {
    this.#child.kill('SIGKILL');
    rmSync(this.#home, { recursive: true, force: true });
  }
}
