// Clusters that SkyPilot makes appear in the page, and change in it, by themselves.
import { test } from 'node:test';
import assert from 'node:assert/strict';
import { live, prepare, row, rows, signIn } from './support/prepare.mjs';

const world = prepare({
  async ready({ rig }) {
    await rig.ask('ingress_controller', { addresses: ['203.0.113.216'] });
    world.train = await rig.cluster('train', ['6006-6008'], { address: '203.0.113.7', nodes: 2 });
    world.notebook = await rig.cluster('notebook', ['8888'], { mode: 'ingress' });
    world.waiting = await rig.cluster('waiting', ['8000']);
  },
});

test('rows of both modes, each with the link that works', async () => {
  const page = await world.open();
  assert.equal(await rows(page).count(), 5);
  for (const port of [6006, 6007, 6008]) {
    const link = row(page, world.train, port).locator('a.url');
    assert.equal(await link.getAttribute('href'), `http://203.0.113.7:${port}/`);
    assert.equal(await link.getAttribute('target'), '_blank');
    assert.equal(await link.getAttribute('rel'), 'noopener noreferrer');
  }
  const links = row(page, world.notebook, 8888).locator('a.url');
  const href = `//203.0.113.216/skypilot/default/${world.notebook}/8888/`;
  assert.deepEqual(await links.evaluateAll((all) => all.map((a) => a.getAttribute('href'))), [`http:${href}`, `https:${href}`]);
});

test('a port behind an Ingress is warned of where its usual app does not bear it', async () => {
  const page = await world.open();
  const warning = row(page, world.notebook, 8888).locator('[data-code="subpath_breaks_app"]');
  assert.match(await warning.innerText(), /Jupyter/);
  assert.equal(await row(page, world.train, 6006).locator('[data-code^="subpath"]').count(), 0);
});

test('a pending row opens when the load balancer gets its address, and no other row is touched', async () => {
  const page = await world.open();
  const pending = row(page, world.waiting, 8000);
  await pending.locator('[data-state="pending"]').waitFor();
  assert.equal(await pending.locator('a.url').count(), 0, 'never a dead link');

  await page.evaluate(() => {
    globalThis.touched = new Map();
    const observer = new MutationObserver((records) => {
      for (const { target } of records) {
        const element = target.nodeType === Node.ELEMENT_NODE ? target : target.parentElement;
        // Ages are told anew each minute, in every row.
        if (!element || element.closest('.c-age')) continue;
        const of = element.closest('tr.row')?.querySelector('.c-port a')?.getAttribute('href') ?? element.outerHTML.slice(0, 80);
        globalThis.touched.set(of, (globalThis.touched.get(of) ?? 0) + 1);
      }
    });
    observer.observe(document.querySelector('table.endpoints'), {
      subtree: true,
      childList: true,
      attributes: true,
      characterData: true,
    });
  });
  await world.rig.ask('patch_lb', { name_on_cloud: world.waiting, addresses: ['203.0.113.9'] });
  await pending.locator('[data-state="open"]').waitFor();
  assert.equal(await pending.locator('a.url').getAttribute('href'), 'http://203.0.113.9:8000/');
  const touched = await page.evaluate(() => [...globalThis.touched.keys()]);
  assert.equal(touched.length, 1, touched.join('\n'));
  assert.match(touched[0], new RegExp(`/${world.waiting}/8000`));
});

test('a cluster appears, closes its ports and goes, without a reload', async () => {
  const page = await world.open();
  const before = await rows(page).count();
  const cluster = await world.rig.cluster('late', ['9000'], { address: '203.0.113.10' });
  await row(page, cluster, 9000).locator('[data-state="open"]').waitFor();
  assert.equal(await rows(page).count(), before + 1);
  await world.rig.ask('cleanup_ports', { name_on_cloud: cluster, ports: ['9000'] });
  await row(page, cluster, 9000).waitFor({ state: 'detached' });
  const name = page.locator('.group-name', { hasText: /^late$/ });
  assert.equal(await name.count(), 1, 'the cluster is there without a port');
  await world.rig.ask('terminate', { name_on_cloud: cluster });
  await name.waitFor({ state: 'detached' });
});

test('the first load asks the server function for the clusters', async () => {
  const page = await world.stranger();
  const called = page.waitForResponse((answer) => answer.url().includes('/api/fn/list_clusters'));
  await signIn(page, world.server);
  const answer = await called;
  assert.equal(answer.status(), 200);
  await live(page);
});

test('a cluster has a page of its own, and each port an address in it', async () => {
  const page = await world.open();
  await page.locator('.group-name', { hasText: /^train$/ }).click();
  await page.waitForURL(/\/c\/rig\/default\/train-/);
  await live(page);
  assert.equal(await page.locator('h1').innerText(), 'train');
  assert.equal(await rows(page).count(), 3);
  await page.goto(`${page.url()}/6007`);
  await live(page);
  assert.equal(await page.locator('tr[aria-current="true"] .port').innerText(), '6007');
});
