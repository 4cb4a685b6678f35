import { type Body, type OutputFilter, outputFilters, type Plan, type RequestRecord } from '@httpd-ts/kernel';
import type { Condition } from './dispatch-condition.ts';

/** What a filter does to a response, as FilterProtocol says. httpd: include/util_filter.h AP_FILTER_PROTO_* */
export interface Protocol {
  change?: boolean;
  changeLength?: boolean;
  noByteRanges?: boolean;
  noProxy?: boolean;
  transform?: boolean;
  noCache?: boolean;
}

/** A filter that is used under a condition. httpd: ap_filter_provider_t */
export interface FilterProvider {
  readonly filter: OutputFilter;
  readonly matches: Condition;
}

/** A filter that chooses among others by the response. httpd: mod_filter's ap_filter_rec_t */
export interface SmartFilter {
  readonly name: string;
  readonly rank: number;
  /** The latest first. */
  providers: readonly FilterProvider[];
  protocol: Protocol;
}

const providerProtocols = { name: 'protocols of filter providers' };

/**
 * FilterProtocol of single providers, by name in lower case. It belongs to the provider itself, so that it holds
 * wherever a smart filter uses that provider, as in httpd.
 */
export function protocolsOfProviders(state: Pick<Plan, 'memory'>): Map<string, Protocol> {
  return state.memory(providerProtocols, () => new Map());
}

const isNoTransform = (request: RequestRecord) =>
  /no-transform/i.test(request.headersOut.get('Cache-Control') ?? '');

/** Whether a filter may not touch what a back end answered. */
function refusesProxied(request: RequestRecord, { noProxy, transform }: Protocol): boolean {
  if (request.proxyRequest === false) return false;
  return noProxy === true || (transform === true && isNoTransform(request));
}

/** Changes the head as the protocol says. httpd: modules/filters/mod_filter.c filter_lookup */
function applyProtocol(request: RequestRecord, protocol: Protocol): void {
  const { headersOut } = request;
  if (request.proxyRequest !== false && protocol.transform === true) {
    headersOut.add('Warning', `214 ${request.hostname ?? ''} Transformation applied`);
  }
  if (protocol.change) {
    headersOut.unset('Content-MD5');
    headersOut.unset('ETag');
    if (protocol.changeLength) headersOut.unset('Content-Length');
  }
  if (protocol.noCache) {
    headersOut.unset('Last-Modified');
    headersOut.add('Cache-Control', 'no-cache');
  }
  if (protocol.noByteRanges) headersOut.set('Accept-Ranges', 'none');
  else takeRangeBack(request);
}

const rangeSetAside = { name: 'Range until a provider is chosen' };

/** A filter that may change the length is asked for the whole, until the provider is known. */
export function setRangeAside(request: RequestRecord): void {
  const range = request.headersIn.get('Range');
  if (range === undefined) return;
  request.setState(rangeSetAside, range);
  request.headersIn.unset('Range');
}

function takeRangeBack(request: RequestRecord): void {
  const range = request.state<string>(rangeSetAside);
  if (range === undefined) return;
  request.setState(rangeSetAside, undefined);
  request.headersIn.set('Range', range);
  const byteRanges = request.server.plan.providers.find(outputFilters, 'byterange');
  if (byteRanges !== undefined && request.outputFilters?.includes(byteRanges) !== true)
    request.addOutputFilter(byteRanges);
}

/** The filter as the chain of a request has it. httpd: filter_harness */
export function harness(smart: SmartFilter): OutputFilter {
  return {
    name: smart.name,
    rank: smart.rank,
    setUp(request) {
      for (const { filter } of smart.providers) filter.setUp?.(request);
    },
    apply(request, body) {
      if (request.status !== 200 && request.env('filter-errordocs') === undefined) return body;
      if (refusesProxied(request, smart.protocol)) return body;
      return applyFrom(0, smart.providers, request, body);
    },
  };
}

/** Gives a promise only where a condition, or the filter chosen, must be waited for. */
function applyFrom(
  from: number,
  providers: readonly FilterProvider[],
  request: RequestRecord,
  body: Body | undefined,
): ReturnType<OutputFilter['apply']> {
  const protocols = protocolsOfProviders(request.server.plan);
  for (let i = from; i < providers.length; i++) {
    const { filter, matches } = providers[i]!;
    const protocol = protocols.get(filter.name.toLowerCase()) ?? {};
    const use = () => {
      applyProtocol(request, protocol);
      return filter.apply(request, body);
    };
    const met = matches(request);
    if (met instanceof Promise) {
      return met.then((later) =>
        later && !refusesProxied(request, protocol) ? use() : applyFrom(i + 1, providers, request, body),
      );
    }
    if (met && !refusesProxied(request, protocol)) return use();
  }
  return body;
}
