// S-04: whatever a cluster says of itself, the page shows it as text and links to nothing but the web.
import { test } from 'node:test';
import assert from 'node:assert/strict';
import { eventually, live, prepare } from './support/prepare.mjs';

const run = 'globalThis.pwned=1';
const payloads = [
  `<script>${run}</script>`,
  `</script><script>${run}</script>`,
  `"><script>${run}</script>`,
  `'><script>${run}</script>`,
  `--><script>${run}</script><!--`,
  `<img src=x onerror=${run}>`,
  `"><img src=x onerror="${run}">`,
  `<svg onload=${run}>`,
  `<svg><script>${run}</script></svg>`,
  `<svg><animate onbegin=${run} attributeName=x dur=1s>`,
  `<math><mtext></mtext><mglyph><style><img src=x onerror=${run}>`,
  `<iframe srcdoc="<script>parent.pwned=1</script>"></iframe>`,
  `<iframe src="javascript:parent.pwned=1"></iframe>`,
  `<object data="javascript:${run}"></object>`,
  `<embed src="javascript:${run}">`,
  `<base href="http://evil.test/">`,
  `<meta http-equiv=refresh content="0;url=http://evil.test/">`,
  `<link rel=stylesheet href=http://evil.test/x.css>`,
  `<style>*{display:none}</style>`,
  `<form action="http://evil.test/"><button>x</button></form>`,
  `<input autofocus onfocus=${run}>`,
  `<details open ontoggle=${run}>`,
  `<video><source onerror=${run}></video>`,
  `<body onload=${run}>`,
  `<marquee onstart=${run}>`,
  `<a href="javascript:${run}">x</a>`,
  `<template><script>${run}</script></template>`,
  `<noscript><p title="</noscript><img src=x onerror=${run}>">`,
  `<textarea></textarea><script>${run}</script>`,
  `<title></title><script>${run}</script>`,
  `javascript:${run}`,
  `JaVaScRiPt:${run}`,
  ` javascript:${run}`,
  `\tjava\nscript:${run}`,
  `javascript://%0a${run}`,
  `data:text/html,<script>${run}</script>`,
  `data:text/html;base64,PHNjcmlwdD5hbGVydCgxKTwvc2NyaXB0Pg==`,
  `vbscript:${run}`,
  `blob:http://evil.test/x`,
  `file:///etc/passwd`,
  `//evil.test/x`,
  `http://evil.test/`,
  `http://user:pass@evil.test/`,
  `label | javascript:${run}`,
  `[x](javascript:${run})`,
  `{{constructor.constructor('${run}')()}}`,
  '${globalThis.pwned=1}',
  `\`${run}\``,
  `" onmouseover="${run}`,
  `' onmouseover='${run}`,
  `" style="position:fixed;inset:0" x="`,
  `&lt;script&gt;${run}&lt;/script&gt;`,
  `&#x3C;script&#x3E;${run}&#x3C;/script&#x3E;`,
  `%3Cscript%3E${run}%3C/script%3E`,
  `\u202Egnp.exe\u202C`,
  `\u2066hidden\u2069`,
  `a\u200Bb\uFEFFc`,
  `\u0000\u0007\u001b[31mred`,
  `<!--#exec cmd="id"-->`,
  `]]><script>${run}</script>`,
  `${'A'.repeat(5000)}`,
];

const world = prepare({
  async ready({ rig }) {
    world.hostile = await rig.cluster('hostile', ['8888', '6006'], {});
  },
});

// What the document holds that it must not; and what it must not hold more of than it had.
const inspected = () => ({
  pwned: globalThis.pwned ?? null,
  schemes: [...new Set([...document.querySelectorAll('a[href]')].map((a) => new URL(a.href).protocol))].sort(),
  foreign: [...document.querySelectorAll('a[href]')].filter((a) => new URL(a.href).hostname.endsWith('evil.test')).length,
  alien: document.querySelectorAll('iframe, object, embed, base, marquee, video, math, meta[http-equiv]').length,
  scripts: document.scripts.length,
  handlers: [...document.querySelectorAll('*')].filter((e) => [...e.attributes].some((a) => /^on|^style$/.test(a.name))).length,
});

async function say(payload) {
  const namespace = 'default';
  const pod = `/api/v1/namespaces/${namespace}/pods/${world.hostile}-head`;
  const annotations = { 'skypilot-cluster-name': payload, 'skypilot-user': payload, 'skypilot-workspace': payload };
  await world.rig.ask('request', {
    method: 'PATCH',
    path: pod,
    content_type: 'application/merge-patch+json',
    body: { metadata: { annotations } },
  });
  await world.rig.ask('event', {
    kind: 'Service',
    name: `${world.hostile}--skypilot-lb`,
    type: 'Warning',
    reason: 'SyncLoadBalancerFailed',
    message: payload.replace('\u0000', ''),
    namespace,
  });
}

test('no text of a cluster becomes markup, a script or a link', async () => {
  // The list, with the panel of a port over it.
  const page = await world.open(`/c/rig/default/${world.hostile}/8888`);
  const panel = page.locator('#endpoint[open]');
  const menu = page.locator('#copy-menu [role=menuitem]').first();
  const dialogs = [];
  page.on('dialog', (dialog) => {
    dialogs.push(dialog.message());
    dialog.dismiss();
  });
  const clean = await page.evaluate(inspected);
  assert.equal(clean.handlers, 0);
  for (const [index, payload] of payloads.entries()) {
    const { revision } = await world.server.overview();
    await say(payload.replace('\u0000', ''));
    await eventually('the overview to take it in', async () => (await world.server.overview()).revision > revision);
    // Half of them as the server writes them, half as the browser builds them.
    if (index % 2) {
      await page.reload();
      await live(page);
    }
    // It is there to be read, as it is: a page that dropped it would pass everything below.
    const isPlain = /^[\x21-\x7e]{1,60}$/.test(payload);
    if (isPlain) {
      await eventually('the text to show', async () => (await page.locator('main').textContent()).includes(payload));
      await eventually('the panel to name its cluster', async () => (await panel.locator('.drawer-title').textContent()).includes(payload));
    }
    // Events are read when the panel opens; the menu is made when it is asked for.
    if (index % 2) {
      if (isPlain) {
        await eventually('the event to show', async () => (await panel.locator('.events').textContent()).includes(payload));
      }
      await panel.locator('[data-copies]').click();
      await menu.waitFor();
    }
    const seen = await page.evaluate(inspected);
    assert.deepEqual(
      { ...seen, schemes: seen.schemes.filter((scheme) => !/^https?:$/.test(scheme)) },
      { ...clean, schemes: [] },
      `payload ${index}: ${payload.slice(0, 80)}`,
    );
  }
  assert.deepEqual(dialogs, []);
  assert.ok(payloads.length >= 60);
});
