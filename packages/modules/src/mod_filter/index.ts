import {
  type Complaint,
  type ConfigView,
  type DirectiveContext,
  defineModule,
  entryOf,
  FILTER_RANK,
  insertFilter,
  iterate,
  type OutputFilter,
  outputFilters,
  perDirectory,
  type RequestRecord,
  take2,
  take3,
  take12,
  take23,
  takeArgv,
} from '@httpd-ts/kernel';
import { answerOf, type Condition } from './dispatch-condition.ts';
import {
  harness,
  type Protocol,
  protocolsOfProviders,
  type SmartFilter,
  setRangeAside,
} from './smart-filter.ts';
import { summaries } from './summaries.ts';

interface FilterConfig {
  /** Smart filters by name. */
  readonly filters: Map<string, SmartFilter>;
  /** Names in the order they filter; null takes back everything before it. */
  chain: (string | null)[];
}

/** httpd: modules/filters/mod_filter.c filter_merge */
const filterConfig = perDirectory<FilterConfig>({
  create: () => ({ filters: new Map(), chain: [] }),
  merge: (outer, inner) => ({
    filters: new Map([...outer.filters, ...inner.filters]),
    chain: [...outer.chain, ...inner.chain],
  }),
});

const ranks: Readonly<Record<string, number>> = {
  content_set: FILTER_RANK.contentSet,
  protocol: FILTER_RANK.protocol,
  connection: 50,
  network: 60,
};

function declare(config: FilterConfig, name: string, rank: number = FILTER_RANK.resource): SmartFilter {
  const filter: SmartFilter = { name, rank, providers: [], protocol: {} };
  config.filters.set(name, filter);
  return filter;
}

/** httpd: modules/filters/mod_filter.c add_filter */
function addProvider(
  config: FilterConfig,
  name: string,
  providerName: string,
  matches: Condition,
  cmd: DirectiveContext,
): Complaint {
  const filter = cmd.providers.find(outputFilters, providerName.toLowerCase());
  if (filter === undefined) return `Unknown filter provider ${providerName}`;
  const smart = config.filters.get(name) ?? declare(config, name, filter.rank);
  smart.providers = [{ filter, matches }, ...smart.providers];
  return undefined;
}

/** A condition on the media type, without its parameters. */
function isOfType(types: readonly string[]): Condition {
  const wanted = new Set(types);
  return ({ contentType }) => contentType !== undefined && wanted.has(contentType.split(/[; \t]/, 1)[0]!);
}

function addByType(
  config: FilterConfig,
  [names, ...types]: readonly string[],
  cmd: DirectiveContext,
): Complaint {
  if (names === undefined || types.length === 0)
    return 'AddOutputFilterByType requires at least two arguments';
  const matches = isOfType(types);
  for (const providerName of names.split(';')) {
    if (providerName === '') continue;
    const name = `BYTYPE:${providerName}`;
    const isNew = !config.filters.has(name);
    const complaint = addProvider(config, name, providerName, matches, cmd);
    if (complaint) return complaint;
    if (isNew) config.chain.push(name);
  }
  return undefined;
}

/** httpd: modules/filters/mod_filter.c filter_chain */
function changeChain(config: FilterConfig, word: string): void {
  const sign = /^[+@\-!=]/.test(word) ? word[0] : '';
  const name = sign === '' ? word : word.slice(1);
  if (sign === '@') config.chain.unshift(name);
  else if (sign === '-') removeFromChain(config, name.toLowerCase());
  else if (sign === '!') config.chain = [null];
  else if (sign === '=') config.chain = [null, name];
  else config.chain.push(name);
}

function removeFromChain(config: FilterConfig, name: string): void {
  if (config.chain[0]?.toLowerCase() === name) config.chain.shift();
  else config.chain = config.chain.filter((one) => one?.toLowerCase() !== name);
}

/** httpd: modules/filters/mod_filter.c filter_protocol */
function setProtocol(
  config: FilterConfig,
  [name, second, third]: readonly [string, string, string?],
  cmd: DirectiveContext,
): Complaint {
  const smart = config.filters.get(name);
  if (smart === undefined) return 'FilterProtocol: No such filter';
  const protocol = readProtocol(third ?? second);
  if (third === undefined) {
    smart.protocol = protocol;
    return undefined;
  }
  const provider = smart.providers.find(({ filter }) => filter.name.toLowerCase() === second.toLowerCase());
  if (provider === undefined) return 'FilterProtocol: No such provider for this filter';
  protocolsOfProviders(cmd).set(second.toLowerCase(), protocol);
  return undefined;
}

function readProtocol(text: string): Protocol {
  const protocol: Protocol = {};
  for (const word of text.toLowerCase().split(/[;,\t-\r ]+/)) {
    if (word === 'change=yes') Object.assign(protocol, { change: true, changeLength: true });
    else if (word === 'change=no') Object.assign(protocol, { change: false, changeLength: false });
    else if (word === 'change=1:1') protocol.change = true;
    else if (word === 'byteranges=no') protocol.noByteRanges = true;
    else if (word === 'proxy=no') protocol.noProxy = true;
    else if (word === 'proxy=transform') protocol.transform = true;
    else if (word === 'cache=no') protocol.noCache = true;
  }
  return protocol;
}

const harnesses = new WeakMap<SmartFilter, OutputFilter>();

function harnessOf(smart: SmartFilter): OutputFilter {
  const known = harnesses.get(smart) ?? harness(smart);
  harnesses.set(smart, known);
  return known;
}

const effectiveChain = ({ chain }: FilterConfig) => chain.slice(chain.lastIndexOf(null) + 1) as string[];

const hasChain = (view: ConfigView) => effectiveChain(filterConfig.of(view)).length > 0;

/** httpd: modules/filters/mod_filter.c filter_insert */
function insertChain(request: RequestRecord): void {
  const config = filterConfig.of(request);
  for (const name of effectiveChain(config)) {
    const smart = config.filters.get(name);
    if (smart === undefined) {
      request.log('filter', 'warn', `AH01380: Unknown filter ${name} not added`);
      continue;
    }
    request.addOutputFilter(harnessOf(smart));
    if (smart.protocol.noByteRanges || smart.protocol.changeLength) setRangeAside(request);
  }
}

const inOptions = { context: 'anywhere', override: 'Options' } as const;

/** Filters that are chosen by the response. */
export const modFilter = defineModule({
  name: 'mod_filter',
  identifier: 'filter_module',
  httpd: 'modules/filters/mod_filter.c',
  summaries,
  directives: {
    FilterDeclare: filterConfig.directive({
      ...inOptions,
      args: take12,
      usage: 'filter-name [filter-type]',
      set: (config, [name, type]) => void declare(config, name, entryOf(ranks, type?.toLowerCase() ?? '')),
    }),
    FilterProvider: filterConfig.directive({
      ...inOptions,
      args: take3,
      usage: 'filter-name provider-name match-expression',
      set(config, [name, providerName, expression], cmd) {
        const complaint = addProvider(config, name, providerName, () => false, cmd);
        if (complaint) return complaint;
        const smart = config.filters.get(name)!;
        const [added, ...others] = smart.providers;
        const read = cmd.expression(expression, 'boolean', { module: 'filter' });
        if ('error' in read) return `Error parsing FilterProvider expression:${read.error}`;
        smart.providers = [{ filter: added!.filter, matches: answerOf(read) }, ...others];
        return undefined;
      },
    }),
    FilterChain: filterConfig.directive({
      ...inOptions,
      args: iterate,
      usage: 'list of filter names with optional [+-=!@]',
      set: changeChain,
    }),
    FilterTrace: filterConfig.directive({
      args: take2,
      context: 'server, directory',
      usage: 'filter-name debug-level',
      support: { accepted: 'There is nothing to trace: a filter sees a response once, as a whole.' },
      set: (config, [name]) => (config.filters.has(name) ? undefined : `Undeclared smart filter ${name}`),
    }),
    AddOutputFilterByType: filterConfig.directive({
      args: takeArgv,
      context: 'anywhere',
      override: 'FileInfo',
      usage: 'output filter name followed by one or more content-types',
      set: addByType,
    }),
    FilterProtocol: filterConfig.directive({
      ...inOptions,
      args: take23,
      usage: 'filter-name [provider-name] protocol-args',
      set: setProtocol,
    }),
  },
  hooks: [insertFilter(insertChain, { when: hasChain })],
});
