// 320 px, which is 1280 px at 400 %: everything can be read and used without sideways scroll.
import { after, test } from 'node:test';
import assert from 'node:assert/strict';
import { live, prepare, still } from './support/prepare.mjs';
import { serversOfStates } from './support/states.mjs';

const world = prepare({
  async ready({ rig }) {
    world.states = await serversOfStates(rig);
    world.long = await rig.cluster('a-cluster-with-a-name-longer-than-42-characters-by-far', ['8888'], {
      address: 'internal-a3f1c9e04b7d4f7e8b2c-1187495133.eu-west-1.elb.amazonaws.example.com',
      nodes: 2,
    });
    await rig.cluster('waits', ['8000']);
  },
});
after(async () => {
  for (const server of Object.values(world.states ?? {})) await server.stop();
});

// Also what scrolls by itself may not be wider than the window.
async function assertFits(page, what) {
  await still(page);
  const { wide, seen, out } = await page.evaluate(() => ({
    wide: document.documentElement.scrollWidth,
    seen: innerWidth,
    out: [...document.querySelectorAll('main *, header *, dialog[open] *')]
      .filter((one) => one.checkVisibility() && !one.closest('pre, .visually-hidden'))
      .filter((one) => one.getBoundingClientRect().right > innerWidth + 1)
      .filter((one) => !one.closest('.tally'))
      .map((one) => one.outerHTML.slice(0, 120)),
  }));
  assert.ok(wide <= seen, `${what}: ${wide} px in ${seen}`);
  assert.deepEqual(out, [], what);
}

const SCREENS = {
  'at 320 px': { viewport: { width: 320, height: 640 } },
  // What a browser does at 400 %: fewer CSS pixels, each drawn larger.
  'at 400 %': { viewport: { width: 320, height: 256 }, deviceScaleFactor: 4 },
};

for (const [name, options] of Object.entries(SCREENS)) {
  test(`${name}: every page`, async () => {
    const page = await world.open('/', { ...options, expected: [/404/] });
    const cluster = `/c/rig/default/${world.long}`;
    for (const target of ['/', '/?q=tensorbord', '/contexts', cluster, `${cluster}/8888`, '/nowhere']) {
      await page.goto(world.server.origin + target);
      if (target !== '/nowhere') await live(page);
      await assertFits(page, target);
    }
  });

  test(`${name}: what opens above the page`, async () => {
    const page = await world.open('/', options);
    await page.keyboard.press('?');
    await page.locator('#keys').waitFor();
    await assertFits(page, 'the sheet');
    await page.locator('#keys [type=checkbox]').click();
    await page.keyboard.press('Escape');
    await page.keyboard.press('Control+k');
    await page.locator('#palette [role=option]').first().waitFor();
    await assertFits(page, 'the palette');
    await page.keyboard.press('Escape');
    await page.locator('.live').click();
    const box = await page.locator('#live-menu').boundingBox();
    assert.ok(box.x >= 0 && box.x + box.width <= 320, JSON.stringify(box));
  });

  test(`${name}: nothing to show`, async () => {
    const page = await world.stranger(options);
    for (const [state, server] of Object.entries(world.states)) {
      await page.goto(server.origin);
      await page.locator('.empty h2').waitFor();
      await assertFits(page, state);
    }
  });
}
