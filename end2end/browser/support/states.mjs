// Screens of the page in states that need other readers or other clusters, a server for each.
import path from 'node:path';
import { Server } from './server.mjs';

// What each state's server looks at; `contexts` as the rig's op `kubeconfig` takes them.
const STATES = {
  // One namespace may be seen, and nothing is in it.
  'no-clusters': [{ name: 'empty', user: 'one-namespace', namespace: 'bare' }],
  forbidden: [{ name: 'closed', user: 'nobody' }],
  // Nothing listens on the port 9 of loopback.
  unreachable: [{ name: 'dead', server: 'https://127.0.0.1:9' }],
};

// A server a state, to be stopped by the one who asked.
export async function serversOfStates(rig) {
  const servers = {};
  await rig.ask('namespace', { name: 'bare' });
  await rig.ask('grant', { user: 'one-namespace', namespace: 'bare' });
  for (const [state, contexts] of Object.entries(STATES)) {
    const file = path.join(rig.folder, `${state}.kubeconfig`);
    const written = await rig.ask('kubeconfig', { path: file, contexts });
    servers[state] = await Server.start(written.path, { args: ['--no-login'] });
  }
  return servers;
}
