// Many changes at once in a long list: how long the page is busy with them.
import { live, signIn } from '../../browser/support/prepare.mjs';
import { longestTask } from './tasks.mjs';
import { quietWindow } from './window.mjs';

const ROUNDS = 10;

export async function measureBurst({ api, server, browser, goals, ports }) {
  const page = await quietWindow(browser);
  await signIn(page, server);
  await live(page);
  await page.waitForFunction(() => document.querySelectorAll('tr.row').length >= 1_000);
  const { found } = await api.balancers();
  const changed = found.slice(0, Math.ceil(500 / ports.length));
  const rows = changed.length * ports.length;
  const longest = [];
  for (let round = 0; round < ROUNDS; round += 1) {
    const ip = `198.51.101.${round + 1}`;
    const burst = async () => {
      // Held back, so that all of them come at once.
      process.kill(server.pid, 'SIGSTOP');
      try {
        await Promise.all(changed.map((service) => api.address(service, ip)));
      } finally {
        process.kill(server.pid, 'SIGCONT');
      }
      await page.waitForFunction(shown, { ip, rows }, { polling: 100, timeout: 30_000 });
    };
    longest.push(await longestTask(browser, page, burst));
  }
  await page.context().close();
  const told = (numbers) => numbers.map((it) => it.toFixed(0)).join(', ');
  const [cpu, clock] = [longest.map((it) => it.cpu), longest.map((it) => it.clock)];
  console.log(`${rows} rows of 1,002 change at once, ${ROUNDS} times: the page's longest task took ${told(clock)} ms, of which the processor was its own for ${told(cpu)} ms`);
  const worst = Math.max(...clock);
  goals.check(worst <= 50, `${rows} changes at once: no task of the page takes more than ${worst.toFixed(0)} ms (goal 50)`);
}

// In the page: whether all links are there.
function shown({ ip, rows }) {
  return document.querySelectorAll(`a.url[href^="http://${ip}:"]`).length >= rows;
}
