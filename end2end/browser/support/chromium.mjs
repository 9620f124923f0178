// A headless Chromium and pages that remember everything that went wrong in them.
import { createRequire } from 'node:module';
import path from 'node:path';
import assert from 'node:assert/strict';

// The packages are in the cache, not in the repository.
const require = createRequire(path.join(process.env.SKYPORTS_NODE ?? '.', 'package.json'));
const { chromium } = require('playwright-core');

const FLAGS = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

export function launch(...flags) {
  return chromium.launch({ executablePath: process.env.SKYPORTS_CHROMIUM, args: [...FLAGS, ...flags] });
}

// Errors, warnings, violations of the content policy and failed requests, as they happen.
export async function watch(page) {
  const faults = [];
  page.on('console', (message) => {
    if (['error', 'warning'].includes(message.type())) faults.push(`console ${message.type()}: ${message.text()}`);
  });
  page.on('pageerror', (error) => faults.push(`page error: ${error.stack ?? error}`));
  page.on('crash', () => faults.push('the page crashed'));
  await page.exposeFunction('reportViolation', (text) => faults.push(`policy: ${text}`));
  await page.addInitScript(() => {
    document.addEventListener('securitypolicyviolation', (event) => {
      globalThis.reportViolation(`${event.effectiveDirective} ${event.blockedURI} ${event.sample}`);
    });
  });
  return faults;
}

// A fault that the test made on purpose is taken out by `expected`.
export function assertClean(faults, expected = []) {
  const unexpected = faults.filter((fault) => !expected.some((pattern) => pattern.test(fault)));
  assert.deepEqual(unexpected, [], 'the browser console must be clean');
}
