import { once } from 'node:events';
import { createServer, type ListenOptions, type Server } from 'node:net';

/** Below the ports that a system gives to connections and to those who ask for any: nothing of theirs comes between. */
const first = 12_000;
const count = 20_000;

/** What holds a port for this process, as long as it lives. */
const reservations: Server[] = [];

/**
 * A port for a program that must be told one, and that binds it later. No other test gets it meanwhile: a socket in
 * the system's table of names, which the programs themselves do not touch, stands for it until this process ends.
 */
export async function freePort(): Promise<number> {
  const start = Math.floor(Math.random() * count);
  for (let step = 0; step < count; step++) {
    const port = first + ((start + step) % count);
    const reservation = await bound({ path: `\0httpd-ts test port ${port}` });
    if (reservation === undefined) continue;
    reservation.unref();
    reservations.push(reservation);
    const probe = await bound({ port, host: '127.0.0.1' });
    if (probe === undefined) continue;
    probe.close();
    await once(probe, 'close');
    return port;
  }
  throw new Error('no port is free');
}

async function bound(at: ListenOptions): Promise<Server | undefined> {
  const server = createServer().listen(at);
  try {
    await once(server, 'listening');
    return server;
  } catch {
    return undefined;
  }
}
