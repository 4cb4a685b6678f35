import { RequestHeadReader } from '@httpd-ts/http1';
import {
  type AddressServers,
  type ConnectionRecord,
  compile,
  type Diagnostic,
  emptyRequestBody,
  headOptionsOf,
  type RequestTrace,
  type Response,
  type ServedPlan,
  type ServerRecord,
  serve,
  type TraceStep,
  traceRequests,
  type World,
} from '@httpd-ts/kernel';
import { type CheckInput, hasError } from '../check-configuration.ts';
import type { Place } from '../dry-run/facts.ts';
import { readConfigurationOrFragment } from '../read-fragment.ts';
import { type Question, type SentRequest, sentRequest } from './question.ts';

/** The virtual host that answers, and why it is that one. */
export interface HostChoice {
  readonly name: string | undefined;
  readonly definedAt: Place | undefined;
  /** Local address and port of the connection. */
  readonly address: string;
  /** No `Listen` opens that address, so that such a request would not come in at all. */
  readonly isUnreachable: boolean;
  readonly reason: string;
  /** All hosts on that address, in order. */
  readonly candidates: readonly {
    readonly name: string | undefined;
    readonly definedAt: Place | undefined;
  }[];
}

/** What comes of a request. */
export interface Outcome {
  readonly kind: 'file' | 'proxy' | 'redirect' | 'error' | 'generated';
  /** Of the response; of a proxied request unknown until the back end answers. */
  readonly status: number | undefined;
  readonly location?: string;
  readonly file?: string;
  /** URL asked of the back end. */
  readonly backEnd?: string;
  /** The module that answers. */
  readonly module?: string;
}

export interface Explanation {
  readonly request: { readonly method: string; readonly url: string; readonly from: string };
  readonly host: HostChoice;
  readonly steps: readonly TraceStep[];
  readonly outcome: Outcome;
}

/** A configuration or a question that leaves nothing to explain. */
export interface NoExplanation {
  readonly diagnostics: readonly Diagnostic[];
  readonly complaint: string | undefined;
}

/**
 * Takes a request through a configuration in memory and tells what decided. Nothing is written, no connection is made,
 * no program is started.
 */
export async function explainRequest(
  input: CheckInput & { readonly allowUnsupported?: readonly string[] },
  question: Question,
): Promise<Explanation | NoExplanation> {
  const sent = sentRequest(question);
  if (typeof sent === 'string') return { diagnostics: [], complaint: sent };
  const connects: string[] = [];
  const { checked: read, world } = readConfigurationOrFragment({
    ...input,
    world: harmlessWorld(input.world, connects),
  });
  if (hasError(read.diagnostics)) return { diagnostics: read.diagnostics, complaint: undefined };
  const { resolved, settings } = read;
  const trace = traceRequests();
  const { plan, diagnostics } = compile({
    tree: resolved.tree,
    settings: { ...settings, checkOnly: false },
    world,
    modules: resolved.modules,
    memory: resolved.memory,
    allowUnsupported: input.allowUnsupported ?? [],
    observer: trace.observer,
  });
  if (plan === undefined) return { diagnostics, complaint: undefined };
  for (const server of plan.servers) server.errorLogger = trace.logger;
  return explainWith(plan, trace, question, sent, connects);
}

/** The world without a way to change it: names have an address of the documentation, nobody accepts a connection. */
function harmlessWorld(world: World, connects: string[]): World {
  return {
    ...world,
    logs: { ...world.logs, open: () => ({ write: () => {} }) },
    network: {
      ...world.network,
      connect({ host, port, path }) {
        connects.push(path ?? `${host}:${port}`);
        return Promise.resolve('ECONNREFUSED');
      },
      resolve: (name) => Promise.resolve([addressOf(name)]),
      resolveNow: (name) => world.network.resolveNow(name),
      reverse: () => Promise.resolve(undefined),
    },
  };
}

const addressOf = (name: string) => (/^[\d.]+$|:/.test(name) ? name : '192.0.2.1');

async function explainWith(
  plan: ServedPlan,
  trace: RequestTrace,
  question: Question,
  sent: SentRequest,
  connects: readonly string[],
): Promise<Explanation | NoExplanation> {
  const address = question.to ?? localAddress(plan, sent);
  const servers = plan.virtualHosts.forAddress(address, sent.port);
  const connection: ConnectionRecord = {
    id: 1,
    clientAddress: question.from,
    clientPort: 40_000,
    localAddress: address,
    localPort: sent.port,
    server: servers.defaultServer,
    isTls: sent.isTls,
    keepalives: 0,
    keepalive: 'unknown',
    aborted: false,
    notes: new Map(),
    worker: 0,
  };
  const response = await answer(connection, servers, sent);
  if (typeof response === 'string') return { diagnostics: [], complaint: response };
  const { request } = response;
  return {
    request: { method: question.method, url: question.url, from: question.from },
    host: {
      ...hostChoice(servers, request.initial.server, request.initial.hostname, `${address}:${sent.port}`),
      isUnreachable: !isListenedOn(plan, address, sent.port),
    },
    steps: trace.steps,
    outcome: outcomeOf(response, trace, connects),
  };
}

/** Reads the head as a connection does and serves it; a text is what keeps it from being a request. */
async function answer(
  connection: ConnectionRecord,
  servers: AddressServers,
  { text }: SentRequest,
): Promise<Response | string> {
  const bytes = Buffer.from(text, 'latin1');
  const head = new RequestHeadReader(headOptionsOf(connection.server)).read(bytes, 0, bytes.length);
  if (head === undefined) return 'the request line or a header is not complete: no line end may stand in it';
  const host = { name: head.hostname, port: head.kind === 'head' && head.port !== 0 ? head.port : undefined };
  if (head.kind === 'head') return serve(connection, servers, head, host);
  const fault = { status: head.status, note: head.note, log: head.log, named: head.named };
  return serve(connection, servers, { ...head, method: head.method ?? 'GET' }, host, emptyRequestBody, fault);
}

/**
 * Where such a client would connect to: the address of the virtual host that has the name, where it names one; the first
 * address that the server listens on otherwise.
 */
function localAddress(plan: ServedPlan, { host, port }: SentRequest): string {
  if (/^[\d.]+$/.test(host)) return host;
  if (host.startsWith('[')) return host.slice(1, -1);
  const named = plan.servers.find(
    ({ hostname, names }) => hostname?.toLowerCase() === host || names.includes(host),
  );
  const ofHost = named?.addresses.find(
    (one) => one.address !== undefined && (one.port === port || one.port === 0),
  );
  const listens = plan.listen.find((one) => one.port === port && one.address !== undefined);
  return ofHost?.address ?? listens?.address ?? '127.0.0.1';
}

/** Whether a connection to there is taken; a fragment, which has no `Listen`, does not tell. */
function isListenedOn({ listen }: ServedPlan, address: string, port: number): boolean {
  const takes = (bound: string | undefined) =>
    bound === undefined ||
    bound === '::' ||
    bound === address ||
    (bound === '0.0.0.0' && !address.includes(':'));
  return listen.length === 0 || listen.some((one) => one.port === port && takes(one.address));
}

function hostChoice(
  servers: AddressServers,
  chosen: ServerRecord,
  name: string | undefined,
  address: string,
): Omit<HostChoice, 'isUnreachable'> {
  return {
    name: chosen.hostname,
    definedAt: chosen.definedAt,
    address,
    reason: reasonFor(servers, chosen, name, address),
    candidates: servers.servers
      .filter(({ isVirtual }) => isVirtual)
      .map(({ hostname, definedAt }) => ({ name: hostname, definedAt })),
  };
}

function reasonFor(
  { servers, isNameBased, defaultServer }: AddressServers,
  chosen: ServerRecord,
  name: string | undefined,
  address: string,
): string {
  if (!chosen.isVirtual) return `no virtual host is for ${address}, so the main server answers`;
  if (!isNameBased || name === undefined) return `it is the first one for ${address}`;
  if (chosen.hostname?.toLowerCase() === name) return 'its ServerName is the host asked for';
  if (chosen.names.includes(name)) return 'a ServerAlias of it is the host asked for';
  if (chosen !== defaultServer) return 'a ServerAlias of it with wildcards, or its ServerPath, matches';
  const isOnly = servers.length === 1;
  return isOnly
    ? `it is the only one for ${address}`
    : `no name matches ${name}, so the first one for ${address} answers`;
}

function outcomeOf(response: Response, trace: RequestTrace, connects: readonly string[]): Outcome {
  const { answering } = response;
  const status = Number(response.statusLine.slice(0, 3));
  const location = response.headers.get('Location');
  const module = trace.steps.findLast(
    (step) => step.kind === 'hook' && step.phase === 'handler' && trace.requests[step.request] === answering,
  );
  const by = module?.kind === 'hook' ? { module: module.module } : {};
  const proxied = trace.requests.find(({ filename }) => filename?.startsWith('proxy:'));
  if (proxied !== undefined && connects.length > 0) {
    return { kind: 'proxy', status: undefined, backEnd: proxied.filename!.slice('proxy:'.length), ...by };
  }
  if (status >= 300 && status < 400 && location !== undefined)
    return { kind: 'redirect', status, location, ...by };
  if (status >= 400) return { kind: 'error', status, ...by };
  const file = answering.filename;
  const isFile = response.body?.kind === 'file' || answering.finfo?.type === 'file';
  return isFile && file !== undefined
    ? { kind: 'file', status, file, ...by }
    : { kind: 'generated', status, ...by };
}
