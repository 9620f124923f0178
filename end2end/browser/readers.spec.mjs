// A team's dashboard: readers whom a proxy signs in, each in a browser of their own.
import { test } from 'node:test';
import assert from 'node:assert/strict';
import { generateKeyPairSync, sign } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { LOOKS, assertAccessible } from './support/axe.mjs';
import { faultsOf } from './support/layout.mjs';
import { prepare, row } from './support/prepare.mjs';

const ISSUER = 'https://issuer.example.com';

const { publicKey, privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
const folder = mkdtempSync(path.join(tmpdir(), 'skyports-issuer-'));
const keys = path.join(folder, 'keys.json');
writeFileSync(keys, JSON.stringify({ keys: [{ ...publicKey.export({ format: 'jwk' }), kid: 'one', alg: 'RS256', use: 'sig' }] }));
process.once('exit', () => rmSync(folder, { recursive: true, force: true }));

// What the proxy in front sends with each request of a browser.
function token(sub) {
  const part = (value) => Buffer.from(JSON.stringify(value)).toString('base64url');
  const exp = Math.floor(Date.now() / 1000) + 3600;
  const said = `${part({ alg: 'RS256', kid: 'one' })}.${part({ iss: ISSUER, aud: 'skyports', sub, exp })}`;
  return `${said}.${sign('RSA-SHA256', Buffer.from(said), privateKey).toString('base64url')}`;
}

const as = (sub, options = {}) => ({ extraHTTPHeaders: { authorization: `Bearer ${token(sub)}` }, ...options });
const text = (page) => page.locator('body').innerText();
const world = prepare({
  args: [`--sign-in-issuer=${ISSUER}`, '--sign-in-audience=skyports', `--sign-in-keys=${keys}`],
  bearer: token('ada'),
  async ready({ rig }) {
    world.ada = await rig.cluster('argon', ['8888'], { namespace: 'amber', address: '203.0.113.61' });
    world.bob = await rig.cluster('cobalt', ['8888'], { namespace: 'coral', address: '203.0.113.62' });
    await rig.ask('grant', { user: 'oidc:ada', namespace: 'amber' });
    await rig.ask('grant', { user: 'oidc:bob', namespace: 'coral' });
  },
});

test('each reader sees their own namespace, live, and nothing of the other', async () => {
  const ada = await world.open('/', as('ada'));
  const bob = await world.open('/', as('bob'));
  assert.match(await text(ada), /oidc:ada/);
  await row(ada, world.ada, 8888).waitFor();
  await row(bob, world.bob, 8888).waitFor();
  await world.rig.ask('open_ports', { name_on_cloud: world.ada, namespace: 'amber', ports: ['6006', '8888'], mode: 'loadbalancer' });
  await row(ada, world.ada, 6006).waitFor();
  for (const [page, foreign] of [[ada, /coral|cobalt|203\.0\.113\.62/], [bob, /amber|argon|203\.0\.113\.61/]]) {
    assert.doesNotMatch(await page.content(), foreign);
  }
});

test('a link that a teammate sends is no way to what one may not list', async () => {
  const target = `/c/rig/amber/${world.ada}/8888?mode=loadbalancer`;
  const ada = await world.open(target, as('ada'));
  await ada.locator('#endpoint a.url').first().waitFor();
  const bob = await world.open('/', as('bob', { expected: [/404/] }));
  const answer = await bob.goto(world.server.origin + target);
  assert.equal(answer.status(), 404);
  assert.doesNotMatch(await text(bob), /203\.0\.113\.61|Jupyter/);
});

test('where nothing is written there is nothing that writes', async () => {
  const page = await world.open(`/c/rig/amber/${world.ada}`, as('ada'));
  assert.match(await text(page), /Nothing can be changed here/);
  for (const action of ['open', 'close']) {
    assert.equal(await page.locator(`a[href*="/${world.ada}/${action}"]:visible`).count(), 0, action);
  }
});

test('who is not signed in is told so, and what to do', async () => {
  const page = await world.stranger({ expected: [/401/] });
  const answer = await page.goto(`${world.server.origin}/c/rig/amber/${world.ada}`);
  assert.equal(answer.status(), 401);
  const told = await text(page);
  assert.match(told, /Not signed in/);
  assert.match(told, /Sign in at the proxy/);
  assert.doesNotMatch(told, /amber|argon|coral|cobalt/);
  await assertAccessible(page, 'not signed in');
});

test('the page of who signed in is accessible and whole in every look', async () => {
  const page = await world.open('/', as('ada', { reducedMotion: 'reduce' }));
  for (const { colorScheme, width } of LOOKS) {
    await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' });
    await page.setViewportSize({ width, height: 900 });
    await assertAccessible(page, `${colorScheme}, ${width} px`);
    assert.deepEqual(await faultsOf(page), [], `${width} px`);
  }
});
