// Who may see the page: the one who has the printed link, under a name that is ours.
import { test } from 'node:test';
import assert from 'node:assert/strict';
import { live, prepare, rows } from './support/prepare.mjs';
import { launch } from './support/chromium.mjs';

const world = prepare({
  async ready({ rig }) {
    await rig.cluster('train', ['8888'], { address: '203.0.113.7' });
  },
});

test('the printed link swaps its secret for a cookie and cleans the address', async () => {
  const page = await world.stranger({ expected: [/401/] });
  await page.goto(world.server.url);
  await rows(page).first().waitFor();
  await live(page);
  assert.equal(new URL(page.url()).hash, '');
  assert.equal(await page.evaluate(() => document.cookie), '', 'no script can read it');
  const [cookie] = (await page.context().cookies()).filter(({ value }) => value.length > 20);
  assert.ok(cookie.httpOnly && cookie.sameSite === 'Lax', JSON.stringify({ ...cookie, value: '' }));
  assert.ok(cookie.name.includes(String(world.server.port)), 'cookies ignore ports, so the name holds it');
  assert.ok(!cookie.value.includes(world.server.code), 'the cookie is not the secret itself');
  await page.reload();
  await rows(page).first().waitFor();
});

test('without a cookie there is the login page and nothing else', async () => {
  const page = await world.stranger({ expected: [/401/] });
  const answer = await page.goto(world.server.origin);
  assert.equal(answer.status(), 401);
  await page.locator('form[action="/login"] #code').waitFor();
  assert.ok(!(await page.content()).includes('train'));
  for (const target of ['/api/v1/overview', '/api/v1/events', '/contexts', '/c/rig/default/train-2ea4c0de']) {
    const refused = await fetch(world.server.origin + target, { redirect: 'manual' });
    assert.equal(refused.status, 401, target);
    assert.ok(!(await refused.text()).includes('train-'), target);
  }
});

test('a page under another name gets nothing, although it leads here', async () => {
  const browser = await launch('--host-resolver-rules=MAP evil.test 127.0.0.1');
  try {
    const page = await browser.newPage();
    const answer = await page.goto(`http://evil.test:${world.server.port}/#${world.server.code}`);
    assert.equal(answer.status(), 403);
    assert.ok(!(await page.content()).includes('train'));
    // The page of the refusal is under that name: what it sends comes from the same origin.
    const posted = await page.evaluate(
      (code) =>
        new Promise((done) => {
          const request = new XMLHttpRequest();
          request.open('POST', '/login');
          request.onloadend = () => done(request.status);
          request.send(new URLSearchParams({ code }));
        }),
      world.server.code,
    );
    assert.equal(posted, 403);
  } finally {
    await browser.close();
  }
});

test('another site can neither read nor frame nor post', async () => {
  const page = await world.open();
  const cookie = (await page.context().cookies()).map(({ name, value }) => `${name}=${value}`).join('; ');
  const headers = { cookie, origin: 'http://evil.test', 'sec-fetch-site': 'cross-site' };
  const posted = await fetch(`${world.server.origin}/api/fn/list_clusters`, { method: 'POST', headers, redirect: 'manual' });
  assert.equal(posted.status, 403);
  const shown = await fetch(world.server.origin, { headers: { cookie } });
  assert.equal(shown.status, 200);
  assert.equal(shown.headers.get('access-control-allow-origin'), null);
  assert.match(shown.headers.get('content-security-policy'), /frame-ancestors 'none'/);
});
