import type { Server } from 'node:net';

/** A connected socket as node's own `net` sees it, without the streams it puts on top. */
export interface SocketHandle {
  onread: () => Uint8Array | undefined;
  readStart(): number;
  readStop(): number;
  useUserBuffer(buffer: Uint8Array): void;
  writeLatin1String(request: WriteRequest, text: string): number;
  writeBuffer(request: WriteRequest, bytes: Uint8Array): number;
  writev(request: WriteRequest, chunks: readonly Uint8Array[], areAllBytes: true): number;
  shutdown(request: ShutdownRequest): number;
  close(closed?: () => void): void;
}

export interface TcpHandle extends SocketHandle {
  setNoDelay(on: boolean): number;
  /** A delay of 0 leaves the system's own, and gives an error although the probes are switched on. */
  setKeepAlive(on: boolean, delaySeconds: number): number;
  getpeername(out: SocketName): number;
  getsockname(out: SocketName): number;
  bind(address: string, port: number): number;
  bind6(address: string, port: number, flags: number): number;
  connect(request: ConnectRequest, address: string, port: number): number;
  connect6(request: ConnectRequest, address: string, port: number): number;
}

/** A Unix socket. */
export interface PipeHandle extends SocketHandle {
  connect(request: ConnectRequest, path: string): number;
}

export interface SocketName {
  address?: string;
  port?: number;
}

/** Kept by the handle until the system has taken what could not be written at once. */
export interface WriteRequest {
  oncomplete: (status: number) => void;
  data: unknown;
}

export interface ShutdownRequest {
  oncomplete: () => void;
}

export interface ConnectRequest {
  oncomplete: (status: number) => void;
}

interface StreamBinding {
  readonly WriteWrap: new () => WriteRequest;
  readonly ShutdownWrap: new () => ShutdownRequest;
  /** The handle leaves here what came of the last call, at these places. */
  readonly streamBaseState: Int32Array;
  readonly kReadBytesOrError: number;
  readonly kBytesWritten: number;
  readonly kLastWriteWasAsync: number;
}

interface TcpBinding {
  readonly TCP: new (kind: number) => TcpHandle;
  readonly TCPConnectWrap: new () => ConnectRequest;
  readonly constants: { readonly SOCKET: number };
}

interface PipeBinding {
  readonly Pipe: new (kind: number) => PipeHandle;
  readonly PipeConnectWrap: new () => ConnectRequest;
}

/** What is needed of node. `constants` are those of `TCP`; a socket has the same number among those of `Pipe`. */
export type SocketHandles = StreamBinding & TcpBinding & PipeBinding;

const streamMethods = [
  ...['readStart', 'readStop', 'useUserBuffer', 'writeLatin1String', 'writeBuffer', 'writev', 'shutdown'],
  'close',
];
const tcpMethods = [
  'setNoDelay',
  'setKeepAlive',
  'getpeername',
  'getsockname',
  'bind',
  'bind6',
  'connect',
  'connect6',
];

/**
 * What node's `net` is made of. Its streams cost more for each request than the system calls do. Node has no public way
 * there, so this may be undefined one day; then everything goes through `net` as before.
 */
export const socketHandles = findHandles();

function findHandles(): SocketHandles | undefined {
  const found = {
    ...bindingOf('stream_wrap'),
    ...bindingOf('pipe_wrap'),
    ...bindingOf('tcp_wrap'),
  } as SocketHandles;
  return isComplete(found) ? found : undefined;
}

function bindingOf(name: string): object | undefined {
  try {
    return (process as unknown as { readonly binding: (name: string) => object }).binding(name);
  } catch {
    return undefined;
  }
}

function isComplete(found: SocketHandles): boolean {
  const { kReadBytesOrError, kBytesWritten, kLastWriteWasAsync } = found;
  const places = [kReadBytesOrError, kBytesWritten, kLastWriteWasAsync];
  const requests = [found.WriteWrap, found.ShutdownWrap, found.TCPConnectWrap, found.PipeConnectWrap];
  return (
    found.streamBaseState instanceof Int32Array &&
    places.every((place) => typeof place === 'number') &&
    requests.every((make) => typeof make === 'function') &&
    hasMethods(found.TCP, [...streamMethods, ...tcpMethods]) &&
    hasMethods(found.Pipe, [...streamMethods, 'connect'])
  );
}

function hasMethods(made: unknown, names: readonly string[]): boolean {
  const prototype = (made as { readonly prototype?: Readonly<Record<string, unknown>> } | undefined)
    ?.prototype;
  return names.every((name) => typeof prototype?.[name] === 'function');
}

/** Has each connection of a listening server given to `take`, as a handle; false where that cannot be done. */
export function takeConnections(server: Server, take: (handle: TcpHandle) => void): boolean {
  const listening = (server as unknown as { readonly _handle?: { onconnection?: unknown } | null })._handle;
  if (typeof listening?.onconnection !== 'function') return false;
  // A connection that failed before it was taken concerns nobody.
  listening.onconnection = (error: number, handle: TcpHandle | undefined) => {
    if (error === 0 || error === undefined) if (handle !== undefined) take(handle);
  };
  return true;
}
