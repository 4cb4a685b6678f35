import { readFileSync } from 'node:fs';
import type { NetConnectOpts, Socket } from 'node:net';
import * as os from 'node:os';
import type * as tls from 'node:tls';
import { getSystemErrorName } from 'node:util';
import type { ConnectError, ConnectTarget, Network, Stream, TlsTarget } from '@httpd-ts/kernel';
import { builtins } from './builtins.ts';
import { chosenIdentity, learnIdentity } from './choose-identity.ts';
import { openDatagrams } from './datagrams.ts';
import { HandleStream } from './handle-stream.ts';
import {
  type ConnectRequest,
  type SocketHandle,
  type SocketHandles,
  socketHandles,
} from './socket-handles.ts';
import { ReadMemory, ReusingSocketStream, socketStream } from './socket-stream.ts';
import { TimedAttempts } from './timed-attempts.ts';
import { beginTls, libraryError, tlsPeer } from './tls-client.ts';

const connectErrors: ReadonlySet<string> = new Set([
  'ECONNREFUSED',
  'ETIMEDOUT',
  'EHOSTUNREACH',
  'ENOTFOUND',
  'ECONNRESET',
  'ENOENT',
  'EACCES',
  'EMFILE',
]);

/** Of an interface without addresses nothing else tells the number, nor of the loopback one. */
function interfaceName(index: number): string | undefined {
  return Object.keys(os.networkInterfaces()).find((name) => {
    try {
      return Number(readFileSync(`/sys/class/net/${name}/ifindex`, 'latin1')) === index;
    } catch {
      return false;
    }
  });
}

/** The network of this machine; `false` has everything go through node's own sockets. */
export function nodeNetwork(handles: SocketHandles | false = socketHandles ?? false): Network {
  return {
    hostName: os.hostname(),
    hasInterface: (name) => name in os.networkInterfaces(),
    interfaceName,
    connect: handles === false ? connectSocket : (target) => connect(handles, target),
    openDatagrams,
    async resolve(host) {
      if (builtins.net.isIP(host) !== 0) return [host];
      try {
        return (await builtins.dns.lookup(host, { all: true })).map(({ address }) => address);
      } catch {
        return undefined;
      }
    },
    resolveNow,
    reverseNow,
    async reverse(address) {
      try {
        return (await builtins.dns.lookupService(address, 0)).hostname;
      } catch {
        return undefined;
      }
    },
  };
}

const connectError = (code: string | undefined): ConnectError => {
  const known = code === 'EAI_AGAIN' ? 'ENOTFOUND' : (code ?? 'EIO');
  return connectErrors.has(known) ? (known as ConnectError) : 'EIO';
};

function connect(node: SocketHandles, target: ConnectTarget): Promise<Stream | ConnectError> {
  const { host = 'localhost', path, localAddress, tls } = target;
  // Names and TLS are for node's own sockets.
  if (tls !== undefined) return connectSocket(target);
  if (path !== undefined) return connectPath(node, target, path);
  const family = builtins.net.isIP(host);
  const ownFamily = localAddress === undefined ? family : builtins.net.isIP(localAddress);
  if (family === 0 || ownFamily !== family) return connectSocket(target);
  return connectAddress(node, target, host, family === 6);
}

function connectAddress(
  node: SocketHandles,
  target: ConnectTarget,
  host: string,
  isIPv6: boolean,
): Promise<Stream | ConnectError> {
  const { port = 0, localAddress } = target;
  const handle = new node.TCP(node.constants.SOCKET);
  return connectHandle(node, target, handle, new node.TCPConnectWrap(), (request) => {
    if (localAddress !== undefined) {
      const status = isIPv6 ? handle.bind6(localAddress, 0, 0) : handle.bind(localAddress, 0);
      if (status !== 0) return status;
    }
    return isIPv6 ? handle.connect6(request, host, port) : handle.connect(request, host, port);
  });
}

function connectPath(node: SocketHandles, target: ConnectTarget, path: string) {
  const handle = new node.Pipe(node.constants.SOCKET);
  return connectHandle(node, target, handle, new node.PipeConnectWrap(), (request) =>
    handle.connect(request, pathText(path)),
  );
}

const attempts = new TimedAttempts();

/** Node writes a path as UTF-8. */
const pathText = (path: string) => Buffer.from(path, 'latin1').toString();

function connectHandle(
  node: SocketHandles,
  { timeoutMs, reusesMemory, probesWhileIdle }: ConnectTarget,
  handle: SocketHandle,
  request: ConnectRequest,
  begin: (request: ConnectRequest) => number,
): Promise<Stream | ConnectError> {
  return new Promise((resolve) => {
    let isSettled = false;
    const settle = (outcome: Stream | ConnectError) => {
      isSettled = true;
      if (attempt !== undefined) attempts.end(attempt);
      if (typeof outcome === 'string') handle.close();
      resolve(outcome);
    };
    const attempt = timeoutMs > 0 ? attempts.begin(() => settle('ETIMEDOUT'), timeoutMs) : undefined;
    const failed = (status: number) => settle(connectError(getSystemErrorName(status)));
    request.oncomplete = (status) => {
      if (isSettled) return;
      if (status !== 0) {
        failed(status);
        return;
      }
      const stream = new HandleStream(node, handle, reusesMemory ? 'own' : 'copied');
      stream.setNoDelay();
      if (probesWhileIdle === true) stream.setKeepAlive();
      settle(stream);
      stream.start();
    };
    const status = begin(request);
    if (status !== 0) failed(status);
  });
}

function connectSocket(target: ConnectTarget): Promise<Stream | ConnectError> {
  return new Promise((resolve) => {
    const { host, port, path, timeoutMs, localAddress, tls, tunnel, probesWhileIdle = false } = target;
    const memory = target.reusesMemory && tls === undefined ? new ReadMemory() : undefined;
    const socket = builtins.net.connect({
      ...(path === undefined ? { host: host ?? 'localhost', port: port ?? 0 } : { path: pathText(path) }),
      ...(localAddress === undefined ? {} : { localAddress }),
      ...(memory === undefined ? {} : { onread: memory.onread }),
      noDelay: true,
      keepAlive: probesWhileIdle,
      allowHalfOpen: true,
    } as NetConnectOpts);
    const timer = timeoutMs > 0 ? setTimeout(() => finish('ETIMEDOUT'), timeoutMs) : undefined;
    const onError = (error: NodeJS.ErrnoException) => finish(connectError(error.code));
    const finish = (failure: ConnectError) => {
      clearTimeout(timer);
      socket.destroy();
      resolve(failure);
    };
    socket.once('error', onError);
    socket.once('connect', () => {
      clearTimeout(timer);
      socket.removeListener('error', onError);
      if (tls !== undefined && tunnel !== undefined) {
        openTunnel(socket, tunnel, tls.handshakeTimeoutMs).then((failure) =>
          resolve(failure ?? secureFor(target, socket, tls)),
        );
      } else if (tls !== undefined) resolve(secureFor(target, socket, tls));
      else resolve(memory === undefined ? socketStream(socket) : new ReusingSocketStream(socket, memory));
    });
  });
}

/** Asks a proxy for a tunnel; undefined once it is open. httpd: modules/proxy/proxy_util.c send_http_connect */
function openTunnel(socket: Socket, head: string, timeoutMs: number): Promise<ConnectError | undefined> {
  return new Promise((resolve) => {
    let answer = '';
    const finish = (failure: ConnectError | undefined) => {
      clearTimeout(timer);
      for (const event of ['error', 'end', 'close'] as const) socket.removeListener(event, fail);
      socket.removeListener('data', read);
      socket.pause();
      if (failure !== undefined) socket.destroy();
      resolve(failure);
    };
    const fail = () => finish('ETUNNEL');
    const read = (bytes: Buffer) => {
      answer += bytes.latin1Slice();
      const end = answer.indexOf('\r\n\r\n') + 4;
      if (end < 4) {
        if (answer.length > 64 * 1024) fail();
        return;
      }
      const status = /^HTTP\/\d\.\d (\d\d\d)/.exec(answer)?.[1];
      // No byte may follow the head of a tunnel: the other side waits for ours.
      if (status?.startsWith('2') && end === answer.length) finish(undefined);
      else finish(status === undefined || status.startsWith('2') ? 'ETUNNEL' : `ETUNNEL ${status}`);
    };
    const timer = setTimeout(fail, timeoutMs);
    for (const event of ['error', 'end', 'close'] as const) socket.once(event, fail);
    socket.on('data', read);
    socket.write(head, 'latin1');
  });
}

/** The handshake with the certificate that the other side asks for; the first time a connection finds that out. */
function secureFor(
  target: ConnectTarget,
  socket: Socket,
  tls: TlsTarget,
): Promise<Stream | ConnectError> | Stream | ConnectError {
  const choice = chosenIdentity(target, tls);
  if (choice !== undefined) return secure(socket, tls, choice.identity);
  return learnIdentity(target, tls, socket).then((failure) => failure ?? connectSocket(target));
}

/** The handshake on a connected socket. */
function secure(
  socket: Socket,
  target: TlsTarget,
  identity: number | undefined,
): Promise<Stream | ConnectError> {
  return new Promise((resolve) => {
    const fail = (error?: unknown) => {
      clearTimeout(timer);
      socket.destroy();
      const said = libraryError(error);
      resolve(said === undefined ? 'ETLS' : `ETLS ${said}`);
    };
    const timer = setTimeout(fail, target.handshakeTimeoutMs);
    let secured: tls.TLSSocket;
    try {
      secured = beginTls(socket, target, identity);
    } catch {
      fail();
      return;
    }
    const errors = ['error', 'end', 'close'] as const;
    for (const event of errors) secured.once(event, fail);
    secured.once('secureConnect', () => {
      clearTimeout(timer);
      for (const event of errors) secured.removeListener(event, fail);
      resolve(socketStream(secured, tlsPeer(secured)));
    });
  });
}

/** A name looked up at once, as httpd does while it reads its configuration: the hosts file, then the resolver. */
function resolveNow(host: string): readonly string[] | undefined {
  if (builtins.net.isIP(host) !== 0) return [host];
  const listed = fromHostsFile(host);
  if (listed.length > 0) return listed;
  const result = builtins.childProcess.spawnSync('getent', ['ahosts', host], {
    encoding: 'latin1',
    timeout: 10_000,
  });
  if (result.status !== 0 || !result.stdout) return undefined;
  return [
    ...new Set(
      result.stdout
        .split('\n')
        .map((line) => line.split(/\s+/)[0]!)
        .filter(Boolean),
    ),
  ];
}

/** The name of an address, looked up at once: the hosts file, then the resolver. */
function reverseNow(address: string): string | undefined {
  const result = builtins.childProcess.spawnSync('getent', ['hosts', address], {
    encoding: 'latin1',
    timeout: 10_000,
  });
  return result.status === 0 ? result.stdout.split(/\s+/)[1] : undefined;
}

function fromHostsFile(host: string): string[] {
  const wanted = host.toLowerCase();
  const addresses: string[] = [];
  let text = '';
  try {
    text = readFileSync('/etc/hosts', 'latin1');
  } catch {
    return addresses;
  }
  for (const line of text.split('\n')) {
    const [address, ...names] = line.replace(/#.*/, '').trim().split(/\s+/);
    if (address && names.some((name) => name.toLowerCase() === wanted)) addresses.push(address);
  }
  return addresses;
}
