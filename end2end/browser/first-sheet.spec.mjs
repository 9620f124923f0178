// The style that a page carries with it is enough for its first picture: what comes later moves nothing.
import { test } from 'node:test';
import assert from 'node:assert/strict';
import { prepare } from './support/prepare.mjs';
import { faultsOf } from './support/layout.mjs';

// Nothing here changes by itself.
const world = prepare({
  async ready({ rig }) {
    await rig.cluster('train', ['6006', '8888'], { address: '203.0.113.7', nodes: 2 });
    await rig.cluster('serve', ['8000'], { address: '203.0.113.8' });
    await rig.ask('ingress_controller', { addresses: ['203.0.113.216'] });
    await rig.cluster('notebook', ['8888'], { mode: 'ingress' });
    await rig.cluster('sweep', ['30001', '30002', '30003', '30004', '30005', '30006'], { address: '203.0.113.9' });
  },
});

// Where everything is that can be seen before anything is pressed, and how it looks.
function places(page) {
  return page.evaluate(() => {
    scrollTo(0, 0);
    // Ages go on meanwhile.
    const shown = [...document.querySelectorAll('body *:not(time, time *, [data-live], [data-live] *)')].filter((it) => it.checkVisibility({ contentVisibilityAuto: true }));
    return shown.map((it) => {
      const { x, y, width, height } = it.getBoundingClientRect();
      const { color, backgroundColor, fontSize, fontWeight, borderBottomWidth } = getComputedStyle(it);
      const where = [x, y, width, height].map((n) => n.toFixed(1)).join(' ');
      return `${it.localName}.${it.className} ${where} ${color} ${backgroundColor} ${fontSize} ${fontWeight} ${borderBottomWidth}`;
    });
  });
}

for (const width of [1280, 390]) {
  for (const colorScheme of ['light', 'dark']) {
    test(`at ${width} px, ${colorScheme}`, async () => {
      const options = { viewport: { width, height: 900 }, colorScheme, javaScriptEnabled: false, reducedMotion: 'reduce' };
      // A font that comes late is not taken; so neither page has it.
      const without = async (files) => {
        const page = await world.open('/', { ...options, expected: [/ERR_FAILED|Failed to load resource|was preloaded/] });
        await page.route(files, (route) => route.abort());
        await page.reload();
        return page;
      };
      const [whole, first] = [await without(/\.woff2$/), await without(/\.(woff2|css)$/)];
      const [expected, found] = [await places(whole), await places(first)];
      assert.ok(expected.length > 150, `${expected.length} elements`);
      const other = found.filter((it, at) => it !== expected[at]).slice(0, 8);
      assert.deepEqual(other, [], `${found.length} elements, ${expected.length} with the other sheet`);
      // The boxes of icons stand, and are filled by the other sheet.
      const faults = await faultsOf(first);
      assert.deepEqual(faults.filter((it) => !/: its icon icon \S.* has no glyph$/.test(it)), []);
      assert.deepEqual(await faultsOf(whole), []);
    });
  }
}
