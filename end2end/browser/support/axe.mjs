// axe-core on a page.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';

const require = createRequire(path.join(process.env.SKYPORTS_NODE ?? '.', 'package.json'));
const AXE = readFileSync(require.resolve('axe-core/axe.min.js'), 'utf8');
const RULES = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'];

// How a page is looked at: both themes, wide and narrow.
export const LOOKS = ['light', 'dark'].flatMap((colorScheme) => [1440, 390].map((width) => ({ colorScheme, width })));

// Runs beside the page's policy, which forbids what is not its own.
export async function assertAccessible(page, what) {
  await page.evaluate(`${AXE}; void 0`);
  const { violations } = await page.evaluate(
    (values) => globalThis.axe.run(document, { runOnly: { type: 'tag', values } }),
    RULES,
  );
  const told = violations.map(({ id, help, nodes }) => `${id}: ${help}\n${nodes.map(({ html, failureSummary }) => `  ${html}\n  ${failureSummary}`).join('\n')}`);
  assert.deepEqual(told, [], what);
}
