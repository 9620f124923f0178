// A running `skyports serve`: the binary in SKYPORTS_BIN with the files in SKYPORTS_WEB_DIR.
import { spawn } from 'node:child_process';
import { createServer } from 'node:net';
import { createInterface } from 'node:readline';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';

const BIN = process.env.SKYPORTS_BIN;
const WEB = process.env.SKYPORTS_WEB_DIR;

export async function freePort() {
  const probe = createServer();
  await new Promise((done) => probe.listen(0, '127.0.0.1', done));
  const { port } = probe.address();
  await new Promise((done) => probe.close(done));
  return port;
}

export class Server {
  #child;
  #home;
  #errors = '';
  #end = () => this.#child.kill('SIGKILL');

  static async start(kubeconfig, { port, args = [], checks = false, bearer } = {}) {
    if (!BIN || !WEB) throw new Error('SKYPORTS_BIN and SKYPORTS_WEB_DIR must name what is under test');
    const server = new Server();
    server.port = port ?? (await freePort());
    server.#home = mkdtempSync(path.join(tmpdir(), 'skyports-browser-'));
    server.#child = spawn(BIN, ['serve', '--listen', `127.0.0.1:${server.port}`, ...args], {
      env: {
        PATH: process.env.PATH,
        HOME: server.#home,
        ...(kubeconfig && { KUBECONFIG: kubeconfig }),
        SKYPORTS_WEB_DIR: WEB,
        ...(!checks && { SKYPORTS_NO_CHECKS: '1' }),
        RUST_BACKTRACE: '1',
        NO_COLOR: '1',
      },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    process.once('exit', server.#end);
    server.#child.stderr.on('data', (text) => (server.#errors += text));
    server.url = await server.#printedUrl();
    server.origin = new URL(server.url).origin;
    server.code = new URL(server.url).hash.slice(1);
    server.bearer = bearer ?? server.code;
    return server;
  }

  get pid() {
    return this.#child.pid;
  }

  // Without waiting for the address, for tests of how it ends.
  get stderr() {
    return this.#errors;
  }

  // A request of a script: no browser, no cookie.
  fetch(target, { headers = {}, ...options } = {}) {
    const authorization = this.bearer ? { authorization: `Bearer ${this.bearer}` } : {};
    return fetch(this.origin + target, { redirect: 'manual', ...options, headers: { ...authorization, ...headers } });
  }

  async overview() {
    const answer = await this.fetch('/api/v1/overview');
    if (answer.status !== 200) throw new Error(`/api/v1/overview: ${answer.status} ${await answer.text()}`);
    return answer.json();
  }

  async stop() {
    process.removeListener('exit', this.#end);
    const ended = new Promise((done) => this.#child.once('exit', done));
    this.#child.kill('SIGTERM');
    await ended;
    rmSync(this.#home, { recursive: true, force: true });
  }

  async #printedUrl() {
    const lines = createInterface({ input: this.#child.stdout });
    const found = new Promise((resolve, reject) => {
      lines.on('line', (line) => {
        const [, url] = /^skyports: (http\S+)/.exec(line) ?? [];
        if (url) resolve(url);
      });
      this.#child.once('exit', (code) => reject(new Error(`skyports serve ended with ${code}\n${this.#errors}`)));
      setTimeout(() => reject(new Error(`skyports serve printed no address in 20 s\n${this.#errors}`)), 20_000).unref();
    });
    return found;
  }
}
