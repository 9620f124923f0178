// The real control plane with SkyPilot as the oracle, driven by JSON lines
// (end2end/cluster/README.md). Ends with this process.
import { execFileSync, spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

// No op takes a minute; the start builds the control plane where that was not done before.
const PATIENCE = 180_000;
const CLUSTER = fileURLToPath(new URL('../../cluster/', import.meta.url));

export class Rig {
  #child;
  #lines;
  #last = Promise.resolve();

  static async start() {
    const venv = execFileSync(path.join(CLUSTER, 'venv'), { encoding: 'utf8', stdio: ['ignore', 'pipe', 'inherit'] });
    const rig = new Rig();
    rig.#child = spawn(venv.trim().split('\n').at(-1), ['-B', '-m', 'rig'], {
      env: { ...process.env, PYTHONPATH: CLUSTER },
      stdio: ['pipe', 'pipe', 'ignore'],
    });
    rig.#lines = createInterface({ input: rig.#child.stdout })[Symbol.asyncIterator]();
    const said = await rig.#answer('start');
    if (!said.ready) throw new Error(`the rig did not start: ${said.error}`);
    const { kubeconfig, context, dir: folder, server, token, ca } = said;
    return Object.assign(rig, { kubeconfig, context, folder, server, token, ca });
  }

  // One op of the rig; questions are asked one after the other.
  ask(op, options = {}) {
    const answer = this.#last.then(async () => {
      this.#child.stdin.write(`${JSON.stringify({ op, ...options })}\n`);
      const said = await this.#answer(op);
      if (said.error) throw new Error(`rig ${op}: ${said.error}`);
      return said;
    });
    this.#last = answer.catch(() => {});
    return answer;
  }

  // A cluster that SkyPilot made, with ports that SkyPilot opened; `address` is its load balancer's.
  async cluster(name, ports, { mode = 'loadbalancer', address, namespace = 'default', ...options } = {}) {
    const { name_on_cloud: onCloud } = await this.ask('provision', { name, namespace, ...options });
    await this.ask('open_ports', { name_on_cloud: onCloud, namespace, ports, mode });
    if (address) await this.ask('patch_lb', { name_on_cloud: onCloud, namespace, addresses: [address] });
    return onCloud;
  }

  async stop() {
    const ended = new Promise((done) => this.#child.once('exit', done));
    this.#child.stdin.end();
    await ended;
  }

  async #answer(op) {
    let timer;
    const late = new Promise((_, reject) => {
      timer = setTimeout(() => reject(new Error(`rig ${op}: no answer in ${PATIENCE} ms`)), PATIENCE);
    });
    const { value, done } = await Promise.race([this.#lines.next(), late]).finally(() => clearTimeout(timer));
    if (done) throw new Error('the rig ended');
    return JSON.parse(value);
  }
}
