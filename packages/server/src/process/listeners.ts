import * as net from 'node:net';
import type { ListenAddress, Network } from '@httpd-ts/kernel';
import { addressText, uniqueListen } from '../bind-address.ts';

/** A socket bound by the supervisor, which never listens on it itself. */
export interface BoundListener {
  readonly key: string;
  readonly descriptor: number;
  close(): void;
}

/** What node has no public way for: binding without listening, so that the descriptor can be handed on. */
interface BoundHandle {
  readonly fd: number;
  getsockname(out: object): number;
  close(): void;
}
type CreateHandle = (
  address: string,
  port: number,
  family: 4 | 6,
  descriptor: number,
  flags: number,
) => BoundHandle | number;
const createHandle = (net as unknown as { readonly _createServerHandle: CreateHandle })._createServerHandle;

const systemErrors: Readonly<Record<number, string>> = {
  1: 'Operation not permitted',
  13: 'Permission denied',
  22: 'Invalid argument',
  24: 'Too many open files',
  97: 'Address family not supported by protocol',
  98: 'Address already in use',
  99: 'Cannot assign requested address',
};

function bind(address: string, port: number): BoundHandle | number {
  const handle = createHandle(address, port, net.isIPv6(address) ? 6 : 4, -1, 0);
  if (typeof handle === 'number') return handle;
  // A port that another process listens on shows only here, as libuv keeps the error for later.
  const error = handle.getsockname({});
  if (error === 0) return handle;
  handle.close();
  return error;
}

function couldNotBind(error: number, address: string | undefined, port: number): string {
  const number = Math.abs(error);
  return `(${number})${systemErrors[number] ?? 'System error'}: AH00072: make_sock: could not bind to address ${addressText({ address, port })}`;
}

/**
 * Binds what `current` does not have yet. With an error nothing new stays bound.
 * httpd: server/listen.c open_listeners, make_sock
 */
export function bindListeners(
  listen: readonly ListenAddress[],
  current: ReadonlyMap<string, BoundListener>,
  network: Network,
): { readonly listeners: ReadonlyMap<string, BoundListener> } | { readonly errors: readonly string[] } {
  const listeners = new Map<string, BoundListener>();
  const errors: string[] = [];
  for (const wanted of uniqueListen(listen)) {
    const key = addressText(wanted);
    const kept = current.get(key);
    if (kept !== undefined) {
      listeners.set(key, kept);
      continue;
    }
    const bound = bindOne(wanted.address, wanted.port, network);
    if ('errors' in bound) {
      errors.push(...bound.errors);
      break;
    }
    listeners.set(key, { key, descriptor: bound.handle.fd, close: () => bound.handle.close() });
  }
  if (errors.length === 0 && listeners.size > 0) return { listeners };
  for (const [key, listener] of listeners) if (!current.has(key)) listener.close();
  return { errors };
}

function bindOne(
  address: string | undefined,
  port: number,
  network: Network,
): { readonly handle: BoundHandle } | { readonly errors: readonly string[] } {
  const errors: string[] = [];
  // All addresses: one socket for both families where the system has IPv6, else IPv4 alone.
  const candidates = address === undefined ? ['::', '0.0.0.0'] : (network.resolveNow(address) ?? []);
  for (const candidate of address === undefined ? candidates : candidates.slice(0, 1)) {
    const bound = bind(candidate, port);
    if (typeof bound !== 'number') return { handle: bound };
    errors.push(couldNotBind(bound, candidate, port));
  }
  if (candidates.length === 0)
    errors.push(`AH00077: alloc_listener: failed to set up sockaddr for ${address}`);
  return { errors };
}
