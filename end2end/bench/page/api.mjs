// A bare client of the API server: what there is without us.
import https from 'node:https';
import { readFileSync } from 'node:fs';
import { createInterface } from 'node:readline';

const SERVICES = '/api/v1/namespaces/default/services';

export class Api {
  #server;
  #options;

  constructor({ server, token, ca }) {
    this.#server = server;
    const agent = new https.Agent({ keepAlive: true, ca: readFileSync(ca) });
    this.#options = { agent, headers: { authorization: `Bearer ${token}` } };
  }

  // Names of the Services of type LoadBalancer.
  async balancers() {
    const { items, metadata } = await this.#json('GET', SERVICES);
    const found = items.filter((service) => service.spec.type === 'LoadBalancer').map((service) => service.metadata.name);
    return { found, revision: metadata.resourceVersion };
  }

  // Gives a load balancer another address.
  address(service, ip) {
    const body = JSON.stringify({ status: { loadBalancer: { ingress: [{ ip }] } } });
    return this.#json('PATCH', `${SERVICES}/${service}/status`, body);
  }

  // Tells each event of a watch of all Services, as it comes; gives what ends it.
  async watch(revision, told) {
    const path = `${SERVICES}?watch=1&resourceVersion=${revision}`;
    const [request, answer] = await this.#send('GET', path);
    const lines = createInterface({ input: answer });
    lines.on('line', (line) => told(JSON.parse(line)));
    // That is how it ends.
    lines.on('error', () => {});
    return () => request.destroy();
  }

  async #json(method, path, body) {
    const [, answer] = await this.#send(method, path, body);
    const parts = [];
    for await (const part of answer) parts.push(part);
    const text = Buffer.concat(parts).toString();
    if (answer.statusCode >= 300) throw new Error(`${method} ${path}: ${answer.statusCode} ${text}`);
    return JSON.parse(text);
  }

  #send(method, path, body) {
    const headers = { ...this.#options.headers };
    if (body) headers['content-type'] = 'application/merge-patch+json';
    return new Promise((resolve, reject) => {
      const request = https.request(this.#server + path, { ...this.#options, method, headers });
      request.on('response', (answer) => resolve([request, answer]));
      request.on('error', reject);
      request.end(body);
    });
  }
}
