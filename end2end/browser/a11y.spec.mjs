// axe-core finds nothing on any screen, in both themes, wide and narrow.
import { after, test } from 'node:test';
import assert from 'node:assert/strict';
import { LOOKS, assertAccessible } from './support/axe.mjs';
import { live, prepare } from './support/prepare.mjs';
import { serversOfStates } from './support/states.mjs';

const world = prepare({
  async ready({ rig }) {
    world.states = await serversOfStates(rig);
    world.train = await rig.cluster('train', ['6006', '8888'], { address: '203.0.113.7', nodes: 2 });
    await rig.cluster('waits', ['8000']);
    world.idle = (await rig.ask('provision', { name: 'idle' })).name_on_cloud;
  },
});
after(async () => {
  for (const server of Object.values(world.states ?? {})) await server.stop();
});

async function look(target, { server = world.server, signedIn = true, act = async () => {}, isLive = true, expected } = {}) {
  const page = signedIn ? await world.open('/', { reducedMotion: 'reduce', expected }) : await world.stranger({ expected });
  await page.goto(server.origin + target);
  if (isLive) await live(page);
  await act(page);
  for (const { colorScheme, width } of LOOKS) {
    await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' });
    await page.setViewportSize({ width, height: 900 });
    await assertAccessible(page, `${target}, ${colorScheme}, ${width} px`);
  }
}

test('the overview, as it is, filtered to nothing, and with everything unfolded', async () => {
  await look('/');
  await look('/?q=tensorbord');
  await look('/', { act: (page) => page.evaluate(() => document.querySelectorAll('details').forEach((one) => (one.open = true))) });
});

test('the page of a cluster, of a cluster without ports, and of the contexts', async () => {
  await look(`/c/rig/default/${world.train}`);
  await look(`/c/rig/default/${world.train}/8888`, {
    act: async (page) => {
      await page.locator('#endpoint .told .fold').first().waitFor();
      await page.evaluate(() => document.querySelectorAll('#endpoint details').forEach((one) => (one.open = true)));
      await page.locator('#endpoint [data-copies]').click();
      await page.locator('#copy-menu [role=menuitem]').first().waitFor();
    },
  });
  await look(`/c/rig/default/${world.idle}`);
  await look('/contexts');
});

test('the sheet of shortcuts, the palette, and the contexts at the live indicator', async () => {
  await look('/', { act: (page) => page.keyboard.press('?').then(() => page.locator('#keys').waitFor()) });
  await look('/', { act: (page) => page.keyboard.press('Control+k').then(() => page.locator('#palette [role=option]').first().waitFor()) });
  const nothing = async (page) => {
    await page.keyboard.press('Control+k');
    await page.keyboard.type('tensorbord');
    await page.locator('#palette-nothing').waitFor();
  };
  await look('/', { act: nothing });
  await look('/', { act: (page) => page.locator('.live').click().then(() => page.locator('#live-menu').waitFor()) });
});

test('the dialogs that open and close ports, and their pages without JavaScript', async () => {
  const open = (ports, then = async () => {}) => async (page) => {
    await page.locator(`a[data-ports][href$="/${world.train}/open"]`).first().click();
    await page.locator('#ports-dialog [name=ports]').fill(ports);
    await page.locator('#ports-dialog .plan, #ports-dialog [role=alert], #ports-dialog .confirm').first().waitFor();
    await then(page);
    await page.evaluate(() => document.querySelectorAll('#ports-dialog details').forEach((one) => (one.open = true)));
  };
  await look('/', { act: open('8000') });
  await look('/', { act: open('99999') });
  await look('/', { act: open('8265') });
  const ranges = async (page) => {
    await page.locator('#ports-dialog [value=ranges]').check();
    await page.locator('#ports-dialog [name=allow]').waitFor();
  };
  await look('/', { act: open('8001', ranges) });
  const close = async (page) => {
    await page.locator('#endpoint [data-ports][href*="/close"]').click();
    await page.locator('#ports-dialog .plan').waitFor();
  };
  await look(`/c/rig/default/${world.train}/8888`, { act: close });
  await look(`/c/rig/default/${world.train}/open?ports=8000`, { isLive: false });
  await look(`/c/rig/default/${world.train}/close?ports=8888&mode=loadbalancer`, { isLive: false });
});

test('the dialog that shares an endpoint, its page, and what a guest sees', async () => {
  const address = `/c/rig/default/${world.train}/share?port=8888&mode=loadbalancer`;
  let link;
  const share = async (page) => {
    await page.locator('#endpoint [data-ports][href*="/share"]').click();
    await page.getByRole('button', { name: 'Make guest link' }).click();
    link = await page.locator('#ports-dialog .share-made code').first().innerText();
    await page.evaluate(() => document.querySelectorAll('#ports-dialog details').forEach((one) => (one.open = true)));
  };
  await look(`/c/rig/default/${world.train}/8888`, { act: share });
  await look(address, { isLive: false });
  await look(new URL(link).pathname, { signedIn: false, isLive: false });
  await look('/s/nothing', { signedIn: false, isLive: false, expected: [/404/] });
});

test('pages without the shell: login and what went wrong', async () => {
  const plain = { signedIn: false, isLive: false, expected: [/401/] };
  await look('/', plain);
  const wrong = async (page) => {
    await page.locator('#code').fill('not it');
    await page.locator('#code').press('Enter');
    await page.locator('#wrong').waitFor();
  };
  await look('/', { ...plain, act: wrong });
  await look('/nowhere', { isLive: false, expected: [/404/] });
  await look('/c/rig/default/gone', { isLive: false, expected: [/404/] });
});

for (const state of ['no-clusters', 'forbidden', 'unreachable']) {
  test(`nothing to show: ${state}`, async () => {
    for (const target of ['/', '/contexts']) {
      await look(target, { server: world.states[state], isLive: false, act: (page) => page.locator('[data-theme-toggle][title*=":"]').waitFor() });
    }
  });
}

test('the overview without its program, and as a browser without scripts reads it', async () => {
  // More groups than a page begins with: the rest stands below.
  await world.rig.ask('generate', { clusters: 8, ports: ['6006', '8000', '8888'], prefix: 'below' });
  await look('/?still', { isLive: false });
  const page = await world.open('/', { reducedMotion: 'reduce' });
  await page.route('**/*', async (route) => {
    if (route.request().resourceType() !== 'document') return route.continue();
    const answer = await route.fetch();
    const text = (await answer.text())
      .replaceAll(/<script[^]*?<\/script>|<link [^>]*\.(wasm|js)"[^>]*>/g, '')
      .replaceAll(/<\/?noscript[^>]*>/g, '')
      .replace('<html ', '<html data-program="off" ');
    return route.fulfill({ response: answer, body: text });
  });
  for (const target of ['/', `/c/rig/default/${world.train}`, `/c/rig/default/${world.train}/8888`, '/contexts']) {
    await page.goto(world.server.origin + target);
    if (target === '/') await page.locator('#more').waitFor();
    // What is out of sight has a guessed height, and would seem to cover what is below.
    await page.evaluate(() => {
      const sheet = new CSSStyleSheet();
      sheet.replaceSync('.group { content-visibility: visible !important; }');
      document.adoptedStyleSheets = [sheet];
    });
    for (const { colorScheme, width } of LOOKS) {
      await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' });
      await page.setViewportSize({ width, height: 900 });
      await assertAccessible(page, `${target} without scripts, ${colorScheme}, ${width} px`);
    }
  }
});
