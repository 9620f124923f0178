// From a Service's status on the API server to the text in the page, beside a bare watch.
import { live, signIn } from '../../browser/support/prepare.mjs';
import { median, quantile } from './goals.mjs';
import { quietWindow } from './window.mjs';

const CHANGES = 60;
const now = () => performance.timeOrigin + performance.now();

export async function measurePropagation({ api, server, browser, goals, ports }) {
  const page = await quietWindow(browser);
  await signIn(page, server);
  await live(page);
  const ahead = await clockOf(page);
  await page.evaluate(observe);

  const { found, revision } = await api.balancers();
  const seen = new Map();
  const end = await api.watch(revision, ({ object }) => {
    const ip = object.status?.loadBalancer?.ingress?.[0]?.ip;
    if (ip && !seen.has(ip)) seen.set(ip, now());
  });
  const [bare, ours, touched] = [[], [], []];
  for (let index = 0; index < CHANGES; index += 1) {
    const ip = `198.51.100.${index + 1}`;
    const began = now();
    await api.address(found[(index * 37) % found.length], ip);
    const { at, rows } = await page.evaluate((ip) => globalThis.shown(ip), ip);
    bare.push(seen.get(ip) - began);
    ours.push(at - ahead - began);
    touched.push(rows);
    await new Promise((done) => setTimeout(done, 50 + ((index * 13) % 60)));
  }
  end();
  await page.context().close();

  const told = (numbers) => `p50 ${median(numbers).toFixed(1)} ms, p99 ${quantile(numbers, 0.99).toFixed(1)} ms`;
  console.log(`status patched → seen, ${CHANGES} times at 100 × ${ports.length}: bare watch ${told(bare)}; text in the page ${told(ours)}`);
  const allowed = median(bare) + 20;
  goals.check(median(ours) <= 50, `text in the page ${median(ours).toFixed(1)} ms after the patch (goal 50)`);
  goals.check(median(ours) <= allowed, `text in the page ${median(ours).toFixed(1)} ms after the patch (goal ${allowed.toFixed(1)}: a bare watch + 20)`);
  const most = Math.max(...touched);
  goals.check(most === ports.length, `a Service with ${ports.length} ports touches ${most} rows (goal ${ports.length})`);
}

// By how much the page's clock is ahead of ours: of many questions the one with the fastest answer.
async function clockOf(page) {
  let best = { trip: Infinity };
  for (let index = 0; index < 30; index += 1) {
    const began = now();
    const there = await page.evaluate(() => performance.timeOrigin + performance.now());
    const trip = now() - began;
    if (trip < best.trip) best = { trip, ahead: there - began - trip / 2 };
  }
  return best.ahead;
}

// In the page: when a link to an address came to be, and how many rows were touched since the last.
function observe() {
  const waiting = new Map();
  const came = new Map();
  let rows = new Set();
  const look = () => {
    for (const [ip, done] of waiting) {
      if (came.has(ip)) {
        waiting.delete(ip);
        // The clock may tell ages anew; a row is counted for what else changes in it.
        done({ at: came.get(ip), rows: rows.size });
        rows = new Set();
      }
    }
  };
  new MutationObserver((records) => {
    const at = performance.timeOrigin + performance.now();
    for (const { target } of records) {
      const element = target.nodeType === Node.ELEMENT_NODE ? target : target.parentElement;
      const row = element?.closest('tr.row');
      if (!row || element.closest('.c-age')) continue;
      rows.add(row);
      for (const { href } of row.querySelectorAll('a.url')) {
        const { hostname } = new URL(href);
        if (!came.has(hostname)) came.set(hostname, at);
      }
    }
    look();
  }).observe(document.querySelector('main'), { subtree: true, childList: true, attributes: true, characterData: true });
  globalThis.shown = (ip) =>
    new Promise((done, failed) => {
      waiting.set(ip, done);
      setTimeout(() => failed(new Error(`${ip} did not appear in 10 s`)), 10_000);
      look();
    });
}
