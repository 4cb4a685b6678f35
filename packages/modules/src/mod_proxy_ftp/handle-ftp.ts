import { HeaderTable, latin1Text } from '@httpd-ts/http1';
import {
  type Body,
  decodeBase64,
  formatHttpDate,
  type HookStatus,
  OK,
  parseUri,
  type RequestRecord,
} from '@httpd-ts/kernel';
import { latin1Bytes } from '../body-source.ts';
import {
  acquireConnection,
  type Destination,
  isWorkerReady,
  type Origin,
  proxyError,
  releaseWorkers,
  timeoutOf,
  type Worker,
} from '../mod_proxy/contract.ts';
import { ftpConfig } from './config.ts';
import { ControlConnection, type Reply } from './control-connection.ts';
import { DataConnection } from './data-connection.ts';
import {
  decodeEscapes,
  epsvPort,
  escapeWildcards,
  fitsCommand,
  hasWildcards,
  mdtmTime,
  pasvPort,
} from './ftp-text.ts';
import { listingEnd, listingHead, listingLine } from './list-directory.ts';

/** Ends a dialogue with an answer of ours. */
class FtpFailure extends Error {
  readonly answer: () => HookStatus;
  constructor(answer: () => HookStatus) {
    super('the dialogue with the FTP server has failed');
    this.answer = answer;
  }
}

/** Fetches a file, or lists a directory, of an FTP server. httpd: modules/proxy/mod_proxy_ftp.c proxy_ftp_handler */
export async function handleFtp(
  request: RequestRecord,
  worker: Worker,
  origin: Origin,
  target: string,
): Promise<HookStatus> {
  if (request.method !== 'GET' && request.method !== 'HEAD') {
    releaseWorkers(request);
    return 501;
  }
  const place = placeOf(request, target);
  if (place.type !== 'D' && !'AEI'.includes(place.type)) {
    releaseWorkers(request);
    const text = `ftp proxy supports only types 'a', 'i', or 'e': "${place.suffix}" is invalid.`;
    return proxyError(request, 400, text);
  }
  const login = loginOf(request);
  if (login === undefined) {
    releaseWorkers(request);
    return proxyError(request, 400, 'user credentials contained invalid character');
  }
  if (!isWorkerReady(request, worker, 'FTP')) return 503;
  const destination = { request, worker, origin, protocol: 'FTP', whenUnknown: unknownServer };
  const connection = await acquireConnection(destination, { isFresh: true });
  if (typeof connection === 'number') return connection;
  connection.mustClose = true;
  const timeoutMs = timeoutOf(request.server, worker);
  const control = new ControlConnection(connection, timeoutMs);
  const dialogue = new Dialogue(request, control, timeoutMs);
  request.connection.onAbort = () => dialogue.close();
  try {
    await fetch(dialogue, place, login);
    return OK;
  } catch (error) {
    dialogue.close();
    if (error instanceof FtpFailure) return error.answer();
    throw error;
  }
}

const unknownServer = ({ request }: Destination) =>
  proxyError(request, 502, 'Error resolving backend address');

interface Place {
  readonly path: string;
  readonly suffix: string;
  /** `A`, `I`, `E`, or `D` for a list. */
  readonly type: string;
}

function placeOf(request: RequestRecord, target: string): Place {
  const { host, path: asked } = request.parsedUri;
  const whole = (host === undefined ? (parseUri(target).path ?? '') : (asked ?? '')).replace(/^\//, '');
  const semicolon = whole.indexOf(';');
  const suffix = semicolon < 0 ? '' : whole.slice(semicolon + 1);
  const type = /^type=([A-Za-z])/.exec(suffix)?.[1]?.toUpperCase() ?? 'I';
  return { path: semicolon < 0 ? whole : whole.slice(0, semicolon), suffix, type };
}

interface Login {
  readonly user: string;
  readonly password: string | undefined;
}

/** The client's credentials, those of the URL it asked for, or anonymous; undefined when they do not fit a command. */
function loginOf(request: RequestRecord): Login | undefined {
  const basic = /^basic +([^\t-\r ]+)/i.exec(request.headersIn.get('Authorization') ?? '')?.[1];
  const credentials = basic === undefined ? '' : decodeBase64(basic);
  if (credentials !== '' && !credentials.startsWith(':')) {
    if (!fitsCommand(credentials)) return undefined;
    const colon = credentials.indexOf(':');
    const user = colon < 0 ? credentials : credentials.slice(0, colon);
    request.user = user;
    request.authType = 'Basic';
    return { user, password: colon < 0 ? '' : credentials.slice(colon + 1) };
  }
  const { user } = request.parsedUri;
  if (user === undefined) return { user: 'anonymous', password: 'apache-proxy@' };
  const colon = user.indexOf(':');
  return {
    user: decodeEscapes(colon < 0 ? user : user.slice(0, colon)),
    password: colon < 0 ? undefined : decodeEscapes(user.slice(colon + 1)),
  };
}

/** Commands and what their answers mean for the request. */
class Dialogue {
  readonly request: RequestRecord;
  readonly control: ControlConnection;
  readonly timeoutMs: number;
  private data: DataConnection | undefined = undefined;

  constructor(request: RequestRecord, control: ControlConnection, timeoutMs: number) {
    this.request = request;
    this.control = control;
    this.timeoutMs = timeoutMs;
  }

  /** Ends everything; nothing more comes from the server. */
  close(): void {
    const { request } = this;
    if (request.connection.onAbort !== undefined) request.connection.onAbort = undefined;
    this.data?.abort();
    this.control.close();
    releaseWorkers(request);
  }

  fail(status: HookStatus, message: string): never {
    throw new FtpFailure(() => proxyError(this.request, status, message));
  }

  /** Fails where the server does not answer, or its answer is none of those that are expected. */
  async ask(command: string | undefined, expected?: readonly number[]): Promise<Reply> {
    const reply = await this.control.command(command);
    if (reply.code === -1 || reply.code === 421) this.fail(502, 'Error reading from remote server');
    if (expected !== undefined && !expected.includes(reply.code)) this.fail(502, reply.message);
    return reply;
  }

  /** httpd: ftp_unauthorized */
  demandLogin(): never {
    const { request } = this;
    const { scheme, user = request.user, host } = request.parsedUri;
    const name = user === undefined ? '' : `${user.split(':')[0]}@`;
    const realm = host === undefined ? name : `${scheme}://${name}${host}`;
    throw new FtpFailure(() => {
      request.proxyRequest = false;
      request.errHeadersOut.set('WWW-Authenticate', `Basic realm="${realm}"`);
      return 401;
    });
  }

  async changeDirectory(name: string): Promise<void> {
    const { escapeWildcards: escapes = true } = ftpConfig.of(this.request);
    const reply = await this.ask(`CWD ${escapes ? escapeWildcards(name) : name}`);
    if (reply.code === 550) this.fail(404, reply.message);
    if (reply.code !== 250) this.fail(502, reply.message);
  }

  async setType(type: string): Promise<void> {
    await this.ask(`TYPE ${type}`);
  }

  async workingDirectory(): Promise<string | undefined> {
    const { code, message } = await this.ask('PWD');
    return code === 257 ? (/"([^"]*)"/.exec(message)?.[1] ?? message.split(' ')[0]) : undefined;
  }

  /** httpd would listen on the very address that the commands come from, which the system does not grant. */
  private cannotListen(): never {
    const { localAddress, localPort } = this.control;
    const text = `AH01051: error binding to ftp data socket ${localAddress}:${localPort}`;
    this.request.log('proxy_ftp', 'error', text, '(98)Address already in use');
    throw new FtpFailure(() => 500);
  }

  /** httpd tries EPSV, then PASV, then PORT. */
  async openData(): Promise<DataConnection> {
    const extended = await this.ask('EPSV', [229, 500, 501, 502]);
    let port = extended.code === 229 ? epsvPort(extended.message) : undefined;
    if (port === undefined) {
      const passive = await this.ask('PASV', [227, 500, 501, 502]);
      port = passive.code === 227 ? pasvPort(passive.message) : undefined;
    }
    if (port === undefined) this.cannotListen();
    const { clock, network } = this.request.server.plan.world;
    const stream = await network.connect({
      host: this.control.remoteAddress,
      port,
      timeoutMs: this.timeoutMs,
    });
    if (typeof stream === 'string') this.fail(502, `Data connection failed: ${stream}`);
    this.data = new DataConnection(stream, clock, this.timeoutMs);
    return this.data;
  }
}

/** Logs in, goes to the directory and begins the transfer. */
async function fetch(dialogue: Dialogue, place: Place, login: Login): Promise<void> {
  const { request } = dialogue;
  const readme = await logIn(dialogue, login);
  const last = await enterDirectories(dialogue, place.path);
  const data = await dialogue.openData();
  const { listOnWildcard = true, escapeWildcards: escapes = true } = ftpConfig.of(request);
  const name = decodeEscapes(last);
  if (name.includes('/')) dialogue.fail(400, 'Use of /%2f is only allowed at the base directory');
  const escaped = escapes ? escapeWildcards(name) : name;
  let isList = place.type === 'D' || name === '' || (hasWildcards(name) && listOnWildcard);
  let listed = name;
  let size: string | undefined;
  if (!isList) {
    await dialogue.setType(place.type);
    const reply = await dialogue.ask(`SIZE ${escaped}`);
    if (reply.code === 213) size = /^\d+/.exec(reply.message)?.[0];
    else if (reply.code === 550) {
      isList = true;
      await dialogue.changeDirectory(name);
      listed = '';
    }
  }
  const directory = await dialogue.workingDirectory();
  let modified: number | undefined;
  let command: string;
  if (isList) {
    await dialogue.setType('A');
    command = listed === '' ? listCommand(directory) : `LIST ${listed}`;
  } else {
    await dialogue.setType(place.type);
    const reply = await dialogue.ask(`MDTM ${escaped}`);
    if (reply.code === 213) modified = mdtmTime(reply.message);
    command = `RETR ${escaped}`;
  }
  let reply = await dialogue.ask(command);
  if (reply.code === 550) {
    isList = true;
    await dialogue.setType('A');
    await dialogue.changeDirectory(name);
    reply = await dialogue.ask(listCommand(await dialogue.workingDirectory()));
  }
  if (![125, 150, 226, 250].includes(reply.code)) dialogue.fail(502, reply.message);
  answer(dialogue, data, {
    isList,
    directory,
    readme,
    modified,
    size: place.type === 'A' ? undefined : size,
  });
}

/** A directory without a slash in its name is that of another kind of system. */
const listCommand = (directory: string | undefined) =>
  directory === undefined || directory.includes('/') ? 'LIST -lag' : 'LIST';

/** What the server says to a user who has logged in. */
async function logIn(dialogue: Dialogue, { user, password }: Login): Promise<string> {
  const greeting = await dialogue.ask(undefined);
  if (greeting.code === 120) {
    const minutes = /(?:^|[\t-\r ])(\d+)/.exec(greeting.message)?.[1];
    if (minutes !== undefined) dialogue.request.headersOut.add('Retry-After', String(Number(minutes) * 60));
    dialogue.fail(503, greeting.message);
  }
  if (greeting.code !== 220) dialogue.fail(502, greeting.message);
  let reply = await dialogue.ask(`USER ${user}`);
  if (reply.code === 530) dialogue.demandLogin();
  if (reply.code !== 230 && reply.code !== 331) dialogue.fail(502, reply.message);
  if (reply.code === 331) {
    if (password === undefined) dialogue.demandLogin();
    reply = await dialogue.ask(`PASS ${password}`);
    if (reply.code === 332) dialogue.fail(401, `Need account for login: ${reply.message}`);
    if (reply.code === 530) dialogue.demandLogin();
    if (reply.code !== 230 && reply.code !== 202) dialogue.fail(502, reply.message);
  }
  return reply.message;
}

/** Goes down directory by directory; gives what stands behind the last slash. */
async function enterDirectories(dialogue: Dialogue, whole: string): Promise<string> {
  let path = whole;
  if (/^%2f/i.test(path)) {
    path = path.slice(3).replace(/^\/+/, '');
    await dialogue.ask('CWD /');
  }
  for (let slash = path.indexOf('/'); slash >= 0; slash = path.indexOf('/')) {
    const name = decodeEscapes(path.slice(0, slash));
    if (name.includes('/')) dialogue.fail(400, 'Use of /%2f is only allowed at the base directory');
    await dialogue.changeDirectory(name);
    path = path.slice(slash + 1);
  }
  return path;
}

interface Transfer {
  readonly isList: boolean;
  readonly directory: string | undefined;
  readonly readme: string;
  readonly modified: number | undefined;
  readonly size: string | undefined;
}

function answer(dialogue: Dialogue, data: DataConnection, transfer: Transfer): void {
  const { request, control } = dialogue;
  // httpd 2.4.71 has nothing left to make a head of by then, and fails.
  if (request.headerOnly) throw new FtpFailure(() => 500);
  request.status = 200;
  request.statusLine = '200 OK';
  const headers = new HeaderTable();
  request.headersOut.forEach((name, value) => headers.add(name, value));
  headers.set('Date', formatHttpDate(request.requestTimeMs));
  request.headersOut = headers;
  if (transfer.isList) {
    request.contentType = `text/html;charset=${ftpConfig.of(request).directoryCharset ?? 'ISO-8859-1'}`;
    request.contentEncoding = undefined;
  }
  if (transfer.modified !== undefined) headers.set('Last-Modified', formatHttpDate(transfer.modified));
  const finish = () => {
    const { connection } = request;
    if (connection.onAbort !== undefined) connection.onAbort = undefined;
    releaseWorkers(request);
    void control
      .command(undefined)
      .then(() => control.command('QUIT'))
      .then(() => control.close());
  };
  const abort = () => dialogue.close();
  const list = transfer.isList ? listing(request, transfer) : undefined;
  let isOver = false;
  const pull = async (): Promise<Uint8Array | null> => {
    while (!isOver) {
      const chunk = await data.pull().catch((error: unknown) => {
        abort();
        throw error;
      });
      if (chunk === null) {
        isOver = true;
        finish();
        if (list === undefined) return null;
        return latin1Bytes(list.end());
      }
      if (list === undefined) return chunk;
      const lines = list.push(latin1Text(chunk, 0, chunk.length));
      if (lines !== '') return latin1Bytes(lines);
    }
    return null;
  };
  const length = transfer.isList || transfer.size === undefined ? undefined : Number(transfer.size);
  const body: Body = { kind: 'source', length, source: { pull, abort } };
  request.output = body;
}

/** Makes a page of a server's list, line by line. */
function listing(request: RequestRecord, { directory, readme }: Transfer) {
  let head = listingHead(request, directory, readme);
  let rest = '';
  const takeHead = () => {
    const text = head;
    head = '';
    return text;
  };
  return {
    push(text: string): string {
      const lines = (rest + text).split('\n');
      rest = lines.pop() ?? '';
      return takeHead() + lines.map((line) => listingLine(line.replace(/\r$/, ''))).join('');
    },
    end: () => takeHead() + listingEnd(request),
  };
}
