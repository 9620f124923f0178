// A key typed into the filter of a long list, until the frame that shows what it left.
import { live, signIn } from '../../browser/support/prepare.mjs';
import { median } from './goals.mjs';
import { quietWindow } from './window.mjs';

const TEXT = 'more-12';
const ROUNDS = 4;

export async function measureTyping({ server, browser, goals }) {
  const page = await quietWindow(browser);
  await signIn(page, server);
  await live(page);
  await page.waitForFunction(() => document.querySelectorAll('tr.row').length >= 1_000);
  await page.evaluate(() => {
    globalThis.keys = [];
    document.addEventListener(
      'keydown',
      ({ timeStamp }) => {
        const { port1, port2 } = new MessageChannel();
        // The frame after the handlers has been made when the message after it arrives.
        port1.onmessage = () => globalThis.keys.push(performance.now() - timeStamp);
        requestAnimationFrame(() => port2.postMessage(0));
      },
      { capture: true },
    );
  });
  await page.locator('#q').focus();
  for (let round = 0; round < ROUNDS; round += 1) {
    for (const key of [...TEXT, ...Array.from(TEXT, () => 'Backspace')]) {
      await page.keyboard.press(key);
      await page.waitForTimeout(250);
    }
  }
  const keys = await page.evaluate(() => globalThis.keys);
  await page.context().close();
  const worst = Math.max(...keys);
  console.log(`a key in the filter at 1,002 rows, ${keys.length} keys: p50 ${median(keys).toFixed(1)} ms, worst ${worst.toFixed(1)} ms`);
  goals.check(worst <= 50, `a key in the filter at 1,002 rows: at worst ${worst.toFixed(1)} ms to the next frame (goal 50)`);
}
