// Many changes at once in a long list: how long the page is busy with them.
import { live, signIn } from '../../browser/support/prepare.mjs';
import { quietWindow } from './window.mjs';

const ROUNDS = 5;

export async function measureBurst({ api, server, browser, goals, ports }) {
  const page = await quietWindow(browser);
  await signIn(page, server);
  await live(page);
  await page.waitForFunction(() => document.querySelectorAll('tr.row').length >= 1_000);
  // A page that has been open for a while: its first seconds go into bringing the rows.
  await page.waitForTimeout(5_000);
  const devtools = await page.context().newCDPSession(page);
  await devtools.send('Performance.enable');
  const { found } = await api.balancers();
  const changed = found.slice(0, Math.ceil(500 / ports.length));
  const [longest, script] = [[], []];
  for (let round = 0; round < ROUNDS; round += 1) {
    const ip = `198.51.101.${round + 1}`;
    const until = await page.evaluateHandle(busy, { ip, wanted: changed.length * ports.length });
    const before = await scriptOf(devtools);
    // Held back, so that all of them come at once.
    process.kill(server.pid, 'SIGSTOP');
    try {
      await Promise.all(changed.map((service) => api.address(service, ip)));
    } finally {
      process.kill(server.pid, 'SIGCONT');
    }
    longest.push(await until.evaluate((it) => it.done));
    script.push((await scriptOf(devtools)) - before);
  }
  await page.context().close();
  const worst = Math.max(...longest);
  const told = (numbers) => numbers.map((it) => it.toFixed(0)).join(', ');
  console.log(`${changed.length * ports.length} rows of 1,002 change at once, ${ROUNDS} times: longest the page was busy ${told(longest)} ms; script in all ${told(script)} ms`);
  goals.check(worst <= 50, `${changed.length * ports.length} changes at once: the page is never busy for more than ${worst.toFixed(0)} ms (goal 50)`);
}

async function scriptOf(devtools) {
  const { metrics } = await devtools.send('Performance.getMetrics');
  return 1000 * metrics.find(({ name }) => name === 'ScriptDuration').value;
}

// In the page: the longest time without a turn of the event loop, until all links are there.
function busy({ ip, wanted }) {
  const { port1, port2 } = new MessageChannel();
  let last = performance.now();
  let longest = 0;
  let ended = false;
  port1.onmessage = () => {
    const now = performance.now();
    longest = Math.max(longest, now - last);
    last = now;
    if (!ended) port2.postMessage(0);
  };
  port2.postMessage(0);
  const began = last;
  const done = new Promise((resolve, reject) => {
    const look = setInterval(() => {
      const found = document.querySelectorAll(`a.url[href^="http://${ip}:"]`).length;
      const late = performance.now() - began > 30_000;
      if (found < wanted && !late) return;
      clearInterval(look);
      ended = true;
      if (late) reject(new Error(`${found} of ${wanted} links to ${ip} appeared in 30 s`));
      else resolve(longest);
    }, 100);
  });
  return { done };
}
