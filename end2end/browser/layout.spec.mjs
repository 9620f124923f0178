// Every screen is laid out as it should be, wide and narrow, light and dark.
import { test } from 'node:test';
import assert from 'node:assert/strict';
import { eventually, prepare, rows, signIn, still } from './support/prepare.mjs';
import { faultsOf } from './support/layout.mjs';

const WIDTHS = [1440, 1024, 720, 390, 320];

const world = prepare({ demo: true });

const screens = {
  overview: async () => '/',
  'by user, sorted': async () => '/?group=user&sort=-age',
  'nothing matches': async () => '/?q=nothing-has-this-name',
  contexts: async () => '/contexts',
  cluster: async () => pathOf(await endpoint(() => true)).split('/').slice(0, 5).join('/'),
  'panel of an open endpoint': async () => pathOf(await endpoint(({ state, warnings }) => state === 'open' && warnings.length === 0)),
  'panel of a warned endpoint': async () => pathOf(await endpoint(({ warnings }) => warnings.length > 0)),
  'panel of a stuck endpoint': async () => pathOf(await endpoint(({ state }) => state === 'attention')),
  'an address that is none': async () => '/nowhere',
};

async function endpoint(is) {
  const { clusters } = await world.server.overview();
  const found = clusters.flatMap((cluster) => cluster.endpoints).find(is);
  assert.ok(found, 'the demo has such an endpoint');
  return found;
}

// The address of an endpoint's panel: CONTEXT/NAMESPACE/NAME/PORT/MODE is its id.
function pathOf({ id }) {
  const [mode, port, name, namespace, ...context] = id.split('/').reverse();
  return `/c/${context.reverse().join('/')}/${namespace}/${name}/${port}?mode=${mode}`;
}

for (const [screen, address] of Object.entries(screens)) {
  test(`${screen}: laid out well`, async () => {
    const target = await address();
    for (const colorScheme of ['light', 'dark']) {
      const expected = [/404 \(Not Found\)/];
      const page = await world.open('/', { colorScheme, expected });
      await page.goto(world.server.origin + target);
      await page.evaluate(() => document.fonts.ready);
      await still(page);
      await page.evaluate(() => document.querySelectorAll('details.more').forEach((more) => (more.open = true)));
      for (const width of WIDTHS) {
        await page.setViewportSize({ width, height: 900 });
        assert.deepEqual(await faultsOf(page), [], `${target}, ${colorScheme}, ${width} px`);
      }
    }
  });
}

test('a style that is lost or broken is told', async () => {
  const page = await world.open();
  await rows(page).first().waitFor();
  await page.evaluate(() => document.fonts.ready);
  assert.deepEqual(await faultsOf(page), []);
  const broken = {
    'no style at all': () => document.querySelectorAll('style, link[rel=stylesheet]').forEach((it) => it.remove()),
    'an icon that is none': () => (document.querySelector('.status > .icon').className = 'icon i-nothing'),
    'a cell that is missing': () => document.querySelector('tr.row > .c-status').remove(),
    'a text that is too long': () => (document.querySelector('.c-mode').textContent = 'LoadBalancer'.repeat(20)),
  };
  for (const [what, breaks] of Object.entries(broken)) {
    await page.reload();
    await rows(page).first().waitFor();
    await page.evaluate(breaks);
    assert.notDeepEqual(await faultsOf(page), [], what);
  }
});

test('where the system forces its colours, icons stay visible in them', async () => {
  const page = await world.open('/', { forcedColors: 'active' });
  await rows(page).first().waitFor();
  const like = await page.evaluate(() => {
    const background = getComputedStyle(document.body).backgroundColor;
    const of = (icon) => getComputedStyle(icon, '::before').color;
    const icons = [...document.querySelectorAll('.icon')];
    const [copy] = document.querySelectorAll('.row [data-copy]');
    return {
      count: icons.length,
      unseen: icons.filter((icon) => of(icon) === background).map((icon) => icon.className),
      ofButton: [getComputedStyle(copy).color, of(copy.querySelector('.icon'))],
    };
  });
  assert.ok(like.count > 100, `${like.count} icons`);
  assert.deepEqual(like.unseen, []);
  assert.equal(like.ofButton[0], like.ofButton[1], 'in the colour of the button they are on');
});

for (const late of ['geist-ui', 'icons'])
  test(`a font that comes late moves nothing: ${late}`, () => comesLate(late));

async function comesLate(name) {
  const page = await world.stranger();
  await page.addInitScript(() => {
    globalThis.shifts = [];
    const seen = (list) => globalThis.shifts.push(...list.getEntries().map(({ value }) => value));
    new PerformanceObserver(seen).observe({ type: 'layout-shift', buffered: true });
  });
  let arrived;
  const font = new Promise((done) => (arrived = done));
  await page.route(`**/${name}.*.woff2`, async (route) => {
    await page.locator('[data-live="live"]').first().waitFor();
    await route.continue();
    arrived();
  });
  await signIn(page, world.server);
  await font;
  await eventually('the font to be there', () =>
    page.evaluate((late) => performance.getEntriesByType('resource').some(({ name, responseEnd }) => name.includes(`/${late}.`) && responseEnd > 0), name),
  );
  // Two frames: whatever it would move has moved.
  await page.evaluate(() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(() => setTimeout(done)))));
  assert.deepEqual(await page.evaluate(() => globalThis.shifts), []);
}

test('icons are one file, with a glyph for each that is drawn', async () => {
  const page = await world.open();
  await rows(page).first().waitFor();
  const asked = await page.evaluate(() => performance.getEntriesByType('resource').map(({ name }) => new URL(name).pathname));
  assert.equal(asked.filter((path) => /\/icons\.[^/]+\.woff2$/.test(path)).length, 1, `${asked}`);
  assert.deepEqual(asked.filter((path) => path.endsWith('.svg')), []);
  const glyphs = await page.evaluate(drawnGlyphs);
  assert.ok(glyphs.length > 40, `${glyphs.length} glyphs`);
  assert.deepEqual(glyphs.filter(({ ink }) => !ink).map(({ rule }) => rule), [], 'the font has what the sheet names');
  assert.equal(new Set(glyphs.map(({ ink }) => ink)).size, glyphs.length, 'no two look alike');
});

// In the page: every glyph that a sheet names, and what the font draws for it; nothing where another font has
// to draw it.
async function drawnGlyphs() {
  await document.fonts.load('32px icons', '\ue000');
  const rules = [...document.styleSheets].flatMap(function all(list) {
    return [...list.cssRules].flatMap((rule) => (rule.cssRules?.length ? all(rule) : [rule]));
  });
  const canvas = Object.assign(document.createElement('canvas'), { width: 40, height: 40 });
  const pen = canvas.getContext('2d', { willReadFrequently: true });
  const drawn = (font, text) => {
    pen.clearRect(0, 0, 40, 40);
    pen.font = `32px ${font}`;
    pen.fillText(text, 4, 36);
    return pen.getImageData(0, 0, 40, 40).data.filter((_, at) => at % 4 === 3).join();
  };
  return rules
    .filter(({ selectorText }) => /^(\.empty > )?\.i-[a-z-]+::(before|after)$/.test(selectorText))
    .filter(({ style }) => style.content)
    .map(({ selectorText: rule, style }) => {
      const text = JSON.parse(style.content.split(' / ')[0]);
      const ink = drawn('icons', text);
      return { rule, ink: /[1-9]/.test(ink) && ink !== drawn('sans-serif', text) ? ink : '' };
    });
}
