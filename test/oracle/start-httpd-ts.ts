import type { Endpoint } from './parse-requests.ts';

/**
 * What a replayed server is given in place of a machine: the case's own files, names, ports and clients.
 * Everything on the left is as the configuration knows it, everything returned is as it truly is.
 */
export interface ReplayWorld {
  /** The path to start with, `/etc/apache2/apache2.conf`, still to be mapped. */
  readonly configFile: string;
  /** The environment the configuration may refer to. */
  readonly environment: Readonly<Record<string, string>>;
  /** The machine's own name. */
  readonly hostName: string;
  /** Where an absolute path of the case lies on disk; paths outside the case stay as they are. */
  mapPath(path: string): string;
  /** The way back, for what the file system itself reports (`realPath`). */
  unmapPath(path: string): string;
  /** The address of a host name, or undefined when it does not resolve. */
  resolve(hostName: string): string | undefined;
  /** Sockets to listen on for one `Listen`, and the local address and port to report for each. */
  mapListen(address: string | undefined, port: number): readonly ListenMapping[];
  /** Where to connect for a back end. */
  mapConnect(address: string, port: number): Endpoint;
  /** The address a client claims to come from, by the one its socket has. */
  mapPeer(address: string): string;
  /** Takes a line, without its line end, in place of a log file. Must be called without delay. */
  writeLog(file: string, line: string): void;
}

/** One true socket and what the server believes about it. */
export interface ListenMapping {
  readonly bind: Endpoint;
  readonly local: Endpoint;
}

/** Starts a server on a case and resolves once it accepts connections. */
export type StartServer = (world: ReplayWorld) => Promise<{ stop(): Promise<void> }>;

/** The server under test; undefined until `@httpd-ts/server` can be started in this process. */
export const startHttpdTs: StartServer | undefined = undefined;
