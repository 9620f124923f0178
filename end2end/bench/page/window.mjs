// A window of the browser, as it is once it has been open for a while.

// The pages of the browser's own that each new window has (its buttons and menus) take a processor for two
// seconds: what a page does at the same moment is not what is measured.
const OWN_PAGES_MS = 3_000;

export async function quietWindow(browser) {
  const context = await browser.newContext();
  const page = await context.newPage();
  await page.goto('about:blank');
  await page.waitForTimeout(OWN_PAGES_MS);
  return page;
}
