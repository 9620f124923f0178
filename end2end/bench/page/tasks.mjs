// What a page's main thread does, as the browser itself counts it.
//
// A loop in the page that looks how long it had to wait would be the first to be made wait: it takes a whole
// processor, and the system then lets others go first, for up to 150 ms.

const MARK = 'skyports-bench';

// The longest task, in milliseconds of the processor and by the clock, while `work` goes on.
export async function longestTask(browser, page, work) {
  await browser.startTracing(page, { categories: ['toplevel', 'blink.user_timing'] });
  let trace;
  try {
    // Tells which of the browser's threads is the page's.
    await page.evaluate((mark) => performance.mark(mark), MARK);
    await work();
  } finally {
    trace = await browser.stopTracing();
  }
  const { traceEvents } = JSON.parse(trace);
  const { pid, tid } = traceEvents.find(({ name }) => name === MARK);
  const tasks = traceEvents.filter((it) => it.name.endsWith('::RunTask') && it.pid === pid && it.tid === tid && it.tdur !== undefined);
  if (tasks.length === 0) throw new Error('the browser counted no task of the page');
  const longest = (times) => Math.max(...times) / 1_000;
  return { cpu: longest(tasks.map((it) => it.tdur)), clock: longest(tasks.map((it) => it.dur)) };
}
