/**
 * Everything outside the process that the engine may touch, handed in by whoever runs it.
 * The server passes the real machine, a test passes files and back ends of its own.
 */
export interface World {
  readonly files: Files;
  readonly clock: Clock;
  readonly environment: ReadonlyMap<string, string>;
  readonly network: Network;
  readonly digests: Digests;
  readonly compression: Compression;
  readonly charsets: Charsets;
  readonly http2: Http2;
  readonly tls: TlsServers;
  readonly logs: Logs;
  readonly shared: SharedMemory;
  readonly kept: KeptTexts;
  readonly scoreboard: Scoreboard;
  readonly programs: Programs;
  readonly scripts: Scripts;
  readonly databases: Databases;
  readonly regex: import('@httpd-ts/regex').RegexEngine;
  readonly system: SystemFacts;
}

/** What stands on a path. Times keep their sub-millisecond part, as ETag needs microseconds. */
export interface FileInfo {
  readonly type: 'file' | 'directory' | 'link' | 'other';
  readonly size: number;
  /** Milliseconds since 1970 with fraction, for comparing and for dates. */
  readonly mtimeMs: number;
  /** When content, name, owner or mode last changed, which nobody can set. */
  readonly changedMs: number;
  readonly inode: number;
  readonly device: number;
  readonly mode: number;
  readonly uid: number;
  readonly gid: number;
}

/** The errors of file calls that httpd tells apart; anything else is `EIO`. */
export type FileError =
  | 'ENOENT'
  | 'ENOTDIR'
  | 'EACCES'
  | 'ENAMETOOLONG'
  | 'ELOOP'
  | 'EISDIR'
  | 'EINVAL'
  | 'EIO';

/**
 * Files by absolute path; paths and text are latin1 strings, one character a byte.
 * Calls return an error name instead of throwing.
 */
export interface Files {
  stat(path: string): FileInfo | FileError;
  lstat(path: string): FileInfo | FileError;
  /** Whole microseconds of the last change, exact. */
  mtimeMicroseconds(path: string): bigint | FileError;
  readText(path: string): { readonly text: string } | FileError;
  readBytes(path: string): Uint8Array | FileError;
  readDirectory(path: string): readonly string[] | FileError;
  readLink(path: string): string | FileError;
  realPath(path: string): string | FileError;
  /** Whether the serving user may read (`r`), execute or search (`x`) the path. */
  access(path: string, mode: 'r' | 'w' | 'x'): true | FileError;
  /**
   * The content of a small file from a bounded cache, valid for exactly this `info`; undefined when
   * the file is too large for it or cannot be read. The caller has just called `stat`.
   */
  smallFile(path: string, info: FileInfo): Uint8Array | undefined;
  /** Opens for streaming. */
  open(path: string): Promise<OpenFile | FileError>;
  /** Puts a file of this text and mode in place of what is there, so that nobody finds half of it. */
  replace(path: string, text: string, mode: number): true | FileError;
}

export interface OpenFile {
  /** Reads up to `length` bytes at `offset`; empty at the end of the file. */
  read(offset: number, length: number): Promise<Uint8Array>;
  close(): void;
}

export interface Clock {
  /** Milliseconds since 1970, with fraction. */
  now(): number;
  /** Milliseconds of a monotonic clock, with fraction. */
  monotonic(): number;
  /** Local offset from UTC in minutes east at that time. */
  zoneOffsetMinutes(atMs: number): number;
  after(delayMs: number, run: () => void): Timer;
  /** As soon as all that has already come in from outside was handed on. */
  afterInput(run: () => void): void;
}

export interface Timer {
  cancel(): void;
}

/** Outgoing connections, names and this host's own name. */
export interface Network {
  connect(target: ConnectTarget): Promise<Stream | ConnectError>;
  /** Addresses of a host name, or undefined when it does not resolve. */
  resolve(host: string): Promise<readonly string[] | undefined>;
  /** Synchronous look-up, for the time when a configuration is read. */
  resolveNow(host: string): readonly string[] | undefined;
  /** The name of an address, likewise at once. */
  reverseNow(address: string): string | undefined;
  /** Names of an address (`HostnameLookups`). */
  reverse(address: string): Promise<string | undefined>;
  /** Opens for datagrams (UDP). */
  openDatagrams(options: DatagramOptions): Promise<Datagrams | DatagramError>;
  readonly hostName: string;
  /** Whether this machine has a network interface of that name. */
  hasInterface(name: string): boolean;
  /** The name of the network interface of that number. C: if_indextoname */
  interfaceName(index: number): string | undefined;
}

/** Where a datagram comes from or goes to: an address, not a name. */
export interface DatagramPeer {
  readonly address: string;
  readonly port: number;
}

export interface DatagramOptions {
  /** The group (multicast) whose messages are to be received at its port; without it the socket only sends. */
  readonly group?: DatagramPeer;
  /** Where messages will be sent to. */
  readonly towards?: DatagramPeer;
}

/** What failed: making the socket at its address, or joining the group. */
export type DatagramError = 'bind' | 'join';

/** A socket for datagrams. The owner sets the callback. */
export interface Datagrams {
  onMessage: (bytes: Bytes, from: DatagramPeer) => void;
  /** What cannot be sent is lost, as on the way. */
  send(text: string, to: DatagramPeer): void;
  close(): void;
}

export interface ConnectTarget {
  readonly host?: string;
  readonly port?: number;
  /** A unix socket instead of host and port. */
  readonly path?: string;
  readonly timeoutMs: number;
  readonly localAddress?: string;
  /** Speaks TLS; the stream is given once the handshake is over, and nobody but the caller judges the certificate. */
  readonly tls?: TlsTarget;
  /** The head of a CONNECT request: the other side is a proxy that opens a tunnel, in which TLS begins. */
  readonly tunnel?: string;
  /**
   * The stream reads into memory that it uses again: what `onData` is given is valid during the call only, unless
   * the receiver calls `keep`.
   */
  readonly reusesMemory?: boolean;
  /** The system asks now and then, as it is set, whether the other side is still there (SO_KEEPALIVE). */
  readonly probesWhileIdle?: boolean;
}

/** TLS towards a server. */
export interface TlsTarget {
  /** The same object for all connections of one configuration, as making a context of it is costly. */
  readonly settings: TlsSettings;
  /** Name of the server to ask for (SNI). */
  readonly serverName: string | undefined;
  readonly handshakeTimeoutMs: number;
  /** Protocols to offer (ALPN), the best first. */
  readonly protocols?: readonly string[];
}

export type TlsVersion = 'TLSv1' | 'TLSv1.1' | 'TLSv1.2' | 'TLSv1.3';

/** What a client of TLS has and allows. Certificates and keys are PEM texts. */
export interface TlsSettings {
  /** Certificates that a chain may end in; empty stands for none. */
  readonly authorities: readonly string[];
  /** The client's own certificates, each with those that issued it, and its key. */
  readonly identities: readonly { readonly chain: string; readonly key: string }[];
  /** Which of them a server is shown that asks for one by the names of authorities (DER); undefined for none. */
  chooseIdentity(authorities: readonly Uint8Array[]): number | undefined;
  /** Undefined allows what the library allows. */
  readonly versions: readonly TlsVersion[] | undefined;
  /** Names as OpenSSL has them, joined by colons. */
  readonly ciphers: string | undefined;
}

/** TLS as a server. */
export interface TlsServers {
  /** The library and its version, as in `OpenSSL/3.0.1`. */
  readonly library: string;
  /** Prepares what clients of a server are greeted with. It is prepared again for every configuration. */
  prepare(settings: TlsServerSettings): TlsGreeting | TlsFault;
}

/** What a server of TLS shows, asks for and allows. Certificates and keys are PEM texts. */
export interface TlsServerSettings {
  /** Certificates, each with those that issued it and its key; one for each kind of key. */
  readonly certificates: readonly { readonly chain: string; readonly key: string }[];
  /** Parameters of Diffie-Hellman; undefined leaves them to the library. */
  readonly dhParameters: string | undefined;
  /** Names of curves, the best first, joined by colons; undefined leaves them to the library. */
  readonly curves: string | undefined;
  readonly signatureAlgorithms: string | undefined;
  readonly versions: readonly TlsVersion[];
  /** For versions before 1.3, as OpenSSL writes such lists. */
  readonly ciphers: string;
  /** For version 1.3. */
  readonly suites13: string | undefined;
  readonly prefersOwnCiphers: boolean;
  readonly usesTickets: boolean;
  /** 48 bytes by which tickets are sealed; undefined leaves them to the library. */
  readonly ticketKey: Uint8Array | undefined;
  /** Sessions are resumed only where this is the same. */
  readonly sessionContext: string;
  /** Whether clients are asked for a certificate, and sent away without one. */
  readonly clientCertificate: 'none' | 'optional' | 'required';
  /** Who may have issued it. */
  readonly authorities: readonly string[];
  readonly revocationLists: readonly string[];
}

/** Settings that were found to be sound, with what the library made of them. */
export interface TlsGreeting {
  readonly settings: TlsServerSettings;
}

/** What is wrong with settings, and with which certificate. */
export interface TlsFault {
  readonly fault:
    | 'certificate'
    | 'key'
    | 'encrypted key'
    | 'mismatch'
    | 'ciphers'
    | 'suites13'
    | 'authorities'
    | 'other';
  readonly index: number;
  /** The library's words. */
  readonly text: string;
}

/** A session of TLS with a client, once the handshake is over. Certificates are in DER. */
export interface TlsSession {
  readonly version: string;
  readonly cipher: string;
  /** The name the client asked for (SNI), as it sent it. */
  readonly serverName: string | undefined;
  /** Whether the client would agree upon a new session only with whom it agreed upon the first. */
  readonly renegotiatesSecurely: boolean;
  readonly isResumed: boolean;
  /** Bytes. */
  readonly id: Uint8Array;
  readonly ownCertificate: Uint8Array | undefined;
  /** The client's certificate and those that issued it; empty when it showed none. */
  readonly clientChain: readonly Uint8Array[];
  /** OpenSSL's name for what is wrong with that chain. */
  readonly clientError: string | undefined;
}

/** What is known of the other side of a TLS connection. */
export interface TlsPeer {
  /** OpenSSL's name for what is wrong with the chain, such as `CERT_HAS_EXPIRED`; undefined when it is sound. */
  readonly chainError: string | undefined;
  /** The peer's certificate and those that issued it, as they are encoded (DER). */
  readonly chain: readonly Uint8Array[];
  readonly version: string;
  readonly cipher: string;
  /** The protocol that both agreed upon (ALPN). */
  readonly protocol: string | undefined;
  /** Whether it asked for a certificate. */
  readonly asksForCertificate: boolean;
}

export type ConnectError =
  | 'ENOENT'
  | 'EACCES'
  | 'EMFILE'
  | 'ECONNREFUSED'
  | 'ETIMEDOUT'
  | 'EHOSTUNREACH'
  | 'ENOTFOUND'
  | 'ECONNRESET'
  /** The handshake failed; what OpenSSL says of it may follow. */
  | 'ETLS'
  | `ETLS ${string}`
  /** The proxy did not open the tunnel; the status of its answer may follow: `ETUNNEL 403`. */
  | 'ETUNNEL'
  | `ETUNNEL ${string}`
  | 'EIO';

/**
 * A connected byte stream driven by events, as cheap as the socket beneath it. The owner sets the
 * callbacks; while `onData` is paused no data is delivered and the peer is held back.
 */
export interface Stream {
  onData: (bytes: Bytes) => void;
  onEnd: () => void;
  /** Called once, after which nothing else is; `error` is a code such as `ECONNRESET`, or as a `ConnectError` of TLS. */
  onClose: (error: string | undefined) => void;
  onDrain: () => void;
  /** Bytes written that the system has not taken yet. */
  readonly pending: number;
  /** False asks the writer to wait for `onDrain`. */
  write(data: Uint8Array | string): boolean;
  /** Gathers writes until `uncork`. */
  cork(): void;
  uncork(): void;
  end(): void;
  destroy(): void;
  pause(): void;
  resume(): void;
  /** Called within `onData` of a stream that reuses memory: the bytes stay valid until they are given back. */
  keep(): void;
  /** Returns kept bytes, all slices of which are no longer used. */
  giveBack(bytes: Uint8Array): void;
  readonly localAddress: string;
  readonly localPort: number;
  readonly remoteAddress: string;
  readonly remotePort: number;
  /** Of a stream that was connected with TLS. */
  readonly tls?: TlsPeer | undefined;
}

/** Bytes that can be read as latin1 text without copying them first (a Node Buffer is one). */
export interface Bytes extends Uint8Array {
  latin1Slice(start?: number, end?: number): string;
}

export interface Digests {
  /** `md5`, `sha1`, `sha256` …; input is a latin1 string or bytes. */
  hash(algorithm: string, input: string | Uint8Array): Uint8Array;
  bcryptVerify(password: string, hash: string): boolean | Promise<boolean>;
  /** crypt(3) in its DES, MD5, SHA-256 and SHA-512 forms; undefined when the form is not known. */
  cryptVerify(password: string, hash: string): boolean | undefined;
  /** Whether bytes were signed with a public key, which is given as SubjectPublicKeyInfo (DER). */
  isSigned(bytes: Uint8Array, signature: Uint8Array, publicKey: Uint8Array, scheme: SignatureScheme): boolean;
  randomBytes(length: number): Uint8Array;
  random(): number;
}

/** How something is signed, beside what the key tells. */
export interface SignatureScheme {
  /** Undefined where the kind of key has one of its own. */
  readonly hash?: string;
  /** RSA in the form PSS. */
  readonly pssSaltLength?: number;
}

export interface Compression {
  /** A raw deflate or gzip stream; bytes in, bytes out. */
  deflate(options: {
    format: 'gzip' | 'raw';
    level: number;
    windowBits: number;
    memLevel: number;
  }): Transform;
  inflate(options: { format: 'raw'; windowBits: number }): Inflation;
  /** A Brotli stream; `blockBits` 0 leaves the size of blocks to the encoder. */
  brotli(options: { quality: number; windowBits: number; blockBits: number }): Transform;
  /** The checksum of gzip, of bytes behind those that gave `before`. */
  crc32(bytes: Uint8Array, before: number): number;
}

/** Expands a stream that knows its own end. */
export interface Inflation extends Transform {
  /** How many of the bytes pushed belong to the stream, once bytes came behind its end. */
  readonly consumed: number | undefined;
}

/** HTTP/2 as a client. */
export interface Http2 {
  /** A session over a connection that is open; the caller hands over what the other side sends. */
  client(transport: Http2Transport): Http2Session;
}

/** Where a session writes. */
export interface Http2Transport {
  /** False asks to wait for `drained`. */
  write(bytes: Uint8Array): boolean;
  /** The session is over, for the reason given if there is one. */
  onClose(error: string | undefined): void;
}

export interface Http2Session {
  receive(bytes: Uint8Array): void;
  /** The other side sends nothing more. */
  receiveEnd(): void;
  /** The transport takes more again. */
  drained(): void;
  /** No request can be made any more. */
  readonly isClosed: boolean;
  /** Sends the head of a request, pseudo fields first. */
  request(fields: readonly (readonly [name: string, value: string])[], isWhole: boolean): Http2Stream;
  close(): void;
}

/** One request and its answer, whose body is what the stream delivers. */
export interface Http2Stream extends Stream {
  /** An answer's head; those below 200 come before it. */
  onHead: (status: number, fields: readonly (readonly [name: string, value: string])[]) => void;
}

/** Converters from charsets. */
export interface Charsets {
  /**
   * A converter to JavaScript's own strings, which is handed the bytes piece by piece; undefined for a charset that is
   * not known.
   */
  decoder(name: string): ((bytes: Uint8Array, isLast: boolean) => string) | undefined;
}

/** Bytes in, bytes out. */
export interface Transform {
  push(bytes: Uint8Array): Promise<readonly Uint8Array[]>;
  /** What came so far, up to a whole byte (Z_SYNC_FLUSH). */
  flush(): Promise<readonly Uint8Array[]>;
  finish(): Promise<readonly Uint8Array[]>;
  abort(): void;
}

/** Log files and piped loggers, opened by the most privileged process and written in batches. */
export interface Logs {
  /**
   * `target` as in CustomLog: an absolute path, `|program`, `||program`, `|$program`, or `syslog:…`.
   * Unbuffered logs (error logs) are written at once, others in batches.
   */
  open(target: string, options?: { readonly unbuffered?: boolean }): LogWriter;
  /** Where messages go before a log is open, and with `-t`: standard error. */
  readonly standardError: LogWriter;
}

export interface LogWriter {
  /** Appends text as it is (the line end included). */
  write(text: string): void;
}

/**
 * Memory that all worker threads share. The same name and size gives the same memory in each thread,
 * and across a reload as long as the size does not change.
 */
export interface SharedMemory {
  region(name: string, byteLength: number): SharedArrayBuffer;
  /** Runs `critical` while no other thread is inside the lock of this name. */
  exclusively<T>(name: string, critical: () => T): T;
  /** This worker thread's number, from 0, and how many there are. */
  readonly thread: number;
  readonly threads: number;
}

/**
 * Texts that outlive a serving process, by name (`[a-z0-9-]+`): what was there at its start, and what it writes since.
 */
export interface KeptTexts {
  /** What processes of this server have written or, `orEarlier`, servers that ran before. */
  read(name: string, orEarlier: boolean): string | undefined;
  write(name: string, text: KeptText): void;
  /** `take` is given what another process of this server writes while both are running. */
  follow(name: string, take: (text: string) => void): void;
}

export interface KeptText {
  readonly text: string;
  /** Of two texts of one process the one with the greater number counts. */
  readonly version: number;
  /** It is to outlive the server, too. */
  readonly outlivesServer: boolean;
}

export interface SystemFacts {
  /** `Debian`, `Ubuntu`, … as a packaged httpd says it; `Unix` otherwise. */
  readonly platform: string;
  /** The version of this program, not the httpd version it answers as. */
  readonly version: string;
  readonly processId: number;
  readonly isRoot: boolean;
  readonly startedAtMs: number;
  /** User and group ids by name or `#number`; undefined when there is none. */
  userId(name: string): number | undefined;
  groupId(name: string): number | undefined;
  userName(uid: number): string | undefined;
  groupName(gid: number): string | undefined;
  /** Home directory of a user by name. */
  homeDirectory(name: string): string | undefined;
  /** 1, 5 and 15 minute load, and user/system CPU seconds so far. */
  load(): readonly [number, number, number];
  cpuSeconds(): { readonly user: number; readonly system: number };
}

/** Programs that run as long as the server and answer lines (`prg:` maps); all threads share them. */
export interface Programs {
  /** Names a program of the configuration. */
  open(program: ProgramLine): LineProgram;
}

export interface ProgramLine {
  /** Tells it from others of the same command line. */
  readonly name: string;
  /** The program by its path, and its arguments. */
  readonly argv: readonly string[];
  readonly user?: string | undefined;
  readonly group?: string | undefined;
  /** Told when it could not be executed after all, for the reason given as `(2)No such file or directory`. */
  onExecFailed?(error: string): void;
}

export interface LineProgram {
  /**
   * Has it run as long as the configuration is in force: the most privileged process starts it with the server, and
   * again when it is asked and has ended. A text says why it cannot be started, as `(13)Permission denied`.
   */
  start(): string | undefined;
  /** One line for one line, neither with its end; undefined when the program gives none. */
  ask(line: string): Promise<string | undefined>;
}

/** Programs that are started for one request each, as the user that serves. */
export interface Scripts {
  run(script: ScriptLine): RunningScript;
}

/** Name and value; neither holds a NUL. */
export type ScriptVariable = readonly [name: string, value: string];

export interface ScriptLine {
  /** The program by its path. */
  readonly path: string;
  readonly args: readonly string[];
  /** All variables it has. */
  readonly environment: readonly ScriptVariable[];
  /** Where it runs. */
  readonly directory: string;
}

/** A program at work. The owner sets the callbacks at once; none is called before that. */
export interface RunningScript {
  /** It could not be started, for the reason given as `(13)Permission denied`; both outputs end then. */
  onStartError: (error: string) => void;
  onOutput: (bytes: Uint8Array) => void;
  onOutputEnd: () => void;
  onErrors: (bytes: Uint8Array) => void;
  onErrorsEnd: () => void;
  /** What was written has been taken. */
  onInputDrain: () => void;
  /** It reads no more although there was something to read. */
  onInputClose: () => void;
  /** False asks the writer to wait for `onInputDrain`. The bytes are kept. */
  write(bytes: Uint8Array): boolean;
  endInput(): void;
  /** Holds its output back. */
  pause(): void;
  resume(): void;
  /** Asks it to end, and makes it when it does not. */
  end(): void;
}

/** Databases of the names that DBDriver knows. */
export interface Databases {
  /** A pool of connections, opened when first used; a text says why there is no such database here. */
  open(database: DatabaseParameters): Database | string;
}

export interface DatabaseParameters {
  /** `sqlite3`, `pgsql` or `mysql`. */
  readonly driver: string;
  /** DBDParams. */
  readonly parameters: string;
  /** DBDInitSQL, for each new connection. */
  readonly initial: readonly string[];
  /** All statements that will be asked; a database that does not take one of them is not used. */
  readonly statements: readonly string[];
  readonly maximumConnections: number;
}

/** Why a database cannot be had: there is no connection, or it does not take the statements. */
export interface DatabaseFailure {
  readonly at: 'connect' | 'prepare';
  readonly error: string;
}

export interface Database {
  /** Connects where that has not been done, or has failed before. */
  connect(): Promise<DatabaseFailure | undefined>;
  /** Rows of a statement whose places for values are `?`, as texts; rejects with the database's complaint. */
  select(statement: string, values: readonly string[]): Promise<readonly (readonly (string | null)[])[]>;
  close(): void;
}

/** What all worker threads are doing, asked for when somebody wants to see it. */
export interface Scoreboard {
  collect(): Promise<readonly ThreadStatus[]>;
}

/** One worker thread's report. Counters run since the server started; times are milliseconds. */
export interface ThreadStatus {
  readonly processId: number;
  readonly thread: number;
  readonly accesses: number;
  readonly bytes: number;
  readonly durationMs: number;
  readonly connections: readonly ConnectionStatus[];
}

/** One connection of a thread. httpd: worker_score */
export interface ConnectionStatus {
  /** `R` reading, `W` sending, `K` keep-alive, `C` closing, `L` logging, `G` gracefully finishing. */
  readonly state: 'R' | 'W' | 'K' | 'C' | 'L' | 'G';
  readonly client: string;
  /** `name:port` of the virtual host. */
  readonly virtualHost: string;
  readonly requestLine: string;
  readonly protocol: string;
  /** Since the request (or the wait for one) began. */
  readonly sinceMs: number;
  readonly lastDurationMs: number;
  readonly requests: number;
  readonly bytes: number;
}
