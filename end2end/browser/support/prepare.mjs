// What every spec starts from: a rig, a server, a browser, and pages that must stay clean.
import { after, afterEach, before } from 'node:test';
import assert from 'node:assert/strict';
import { Rig } from './rig.mjs';
import { Server } from './server.mjs';
import { assertClean, launch, watch } from './chromium.mjs';

// Call it at the top of a spec; what it returns is filled before the first test. `args` are the
// server's; `ready` makes the clusters that the spec needs. `demo`: the built-in demo in place of
// the real control plane, with everything in it but what takes time. `checks`: endpoints are asked
// whether they answer; the addresses of other specs are made up. `bearer`: the token of a reader, for
// what is asked without a browser.
export function prepare({ args = [], ready = async () => {}, demo = false, checks = false, bearer } = {}) {
  const world = { pages: [] };
  before(
    async () => {
      if (!demo) world.rig = await Rig.start();
      await ready(world);
      world.server = await Server.start(world.rig?.kubeconfig, { args: demo ? ['--demo', ...args] : args, checks, bearer });
      await (demo ? shown(world.server) : settled(world.server));
      world.browser = await launch();
    },
    { timeout: 240_000 },
  );
  // Also after a test that failed: what the browser said is then the best hint.
  afterEach(async () => {
    const pages = world.pages.splice(0);
    for (const { context } of pages) await context.close();
    for (const { faults, expected } of pages) assertClean(faults, expected);
  });
  after(
    async () => {
      await world.browser?.close();
      await world.server?.stop();
      await world.rig?.stop();
    },
    { timeout: 60_000 },
  );

  // A page in a profile of its own, not signed in.
  world.stranger = async ({ expected = [], ...options } = {}) => {
    const context = await world.browser.newContext(options);
    const page = await context.newPage();
    world.pages.push({ context, faults: await watch(page), expected });
    return page;
  };

  // A page at `target`, signed in as the printed link does it; `outage`: it will not become live.
  world.open = async (target = '/', { outage = false, ...options } = {}) => {
    const page = await world.stranger(options);
    await signIn(page, world.server);
    if (target !== '/') await page.goto(world.server.origin + target);
    if (options.javaScriptEnabled !== false && !outage) {
      const { faults } = world.pages.at(-1);
      await live(page).catch((error) => {
        throw new Error([error.message, 'The browser said:', ...faults].join('\n'));
      });
    }
    return page;
  };
  return world;
}

export async function signIn(page, server) {
  if (server.code) {
    await page.context().addCookies(await cookies(server));
  }
  await page.goto(`${server.origin}/`);
}

// The cookie that the login gives, asked for without a browser.
async function cookies(server) {
  const answer = await fetch(`${server.origin}/login`, {
    method: 'POST',
    redirect: 'manual',
    headers: { origin: server.origin, 'content-type': 'application/x-www-form-urlencoded' },
    body: new URLSearchParams({ code: server.code }),
  });
  return answer.headers.getSetCookie().map((cookie) => {
    const [pair] = cookie.split(';');
    const at = pair.indexOf('=');
    return { name: pair.slice(0, at), value: pair.slice(at + 1), url: server.origin };
  });
}

// The page's script runs, the event stream is there, and of a long table all rows are.
export async function live(page) {
  await page.locator('[data-live="live"]').first().waitFor({ timeout: 15_000 });
  await filled(page);
}

// The program has brought the rows that a page does not begin with: some each frame, so none for a while
// is all of them.
async function filled(page) {
  const count = () => rows(page).count();
  let [before, calm] = [await count(), 0];
  for (const until = Date.now() + 15_000; calm < 3; ) {
    if (Date.now() > until) throw new Error(`rows still come after 15 s: ${before}`);
    await page.waitForTimeout(50);
    const now = await count();
    calm = now === before ? calm + 1 : 0;
    before = now;
  }
}

// Every context is live, so what is shown is all there is.
async function settled(server) {
  await eventually('every context to be live', async () => {
    const { contexts } = await server.overview();
    return contexts.length > 0 && contexts.every((context) => context.state === 'live');
  });
}

// The demo's clusters are there; some of its contexts may never be live.
async function shown(server) {
  await eventually('the demo to show its endpoints', async () => {
    const { clusters } = await server.overview();
    return clusters.some((cluster) => cluster.endpoints.some((endpoint) => endpoint.urls.length > 0));
  });
}

// What slides or fades in has come to rest; what turns for ever is not waited for.
export async function still(page) {
  await page.evaluate(async () => {
    const ends = (animation) => animation.effect?.getComputedTiming().iterations !== Infinity;
    await Promise.allSettled(document.getAnimations().filter(ends).map(({ finished }) => finished));
  });
}

// Asks until it holds; for things that no locator can wait for.
export async function eventually(what, holds, seconds = 15) {
  const end = Date.now() + seconds * 1000;
  for (;;) {
    const value = await holds();
    if (value) return value;
    if (Date.now() > end) throw new Error(`waited ${seconds} s for ${what}`);
    await new Promise((done) => setTimeout(done, 25));
  }
}

// Waits until the clipboard holds that text; a page's own question must be waited for here, since one that
// is a promise is as good as true to `waitForFunction`.
export async function copied(page, wanted) {
  let text;
  const holds = async () => (text = await page.evaluate(() => navigator.clipboard.readText())) === wanted;
  await eventually('the clipboard', holds, 5).catch(() => assert.equal(text, wanted, 'what is in the clipboard'));
}

// The row of a port; rows of clusters are told apart by the link to the port's own page.
export function row(page, cluster, port) {
  return page.locator(`tr.row:has(a[href*="/${cluster}/${port}"])`);
}

export function rows(page) {
  return page.locator('tr.row:has(.c-port)');
}
