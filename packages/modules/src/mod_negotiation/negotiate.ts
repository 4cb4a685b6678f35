import {
  DECLINED,
  effectiveOptions,
  escapePathSegment,
  escapeUri,
  type HookResult,
  type HookStatus,
  internalFastRedirect,
  internalRedirect,
  lookupFile,
  OK,
  OPTIONS,
  type RequestRecord,
  walkConfig,
} from '@httpd-ts/kernel';
import { allowMethods, discardRequestBody, meetsConditions } from '../core/contract.ts';
import { readAccept } from './accept.ts';
import { selectVariant } from './best-variant.ts';
import { cacheConfig } from './config.ts';
import { setNegotiationHeaders, variantList } from './describe-variants.ts';
import { readDirectoryVariants } from './multiviews.ts';
import { addDefaultAccepts, type Negotiation, readNegotiate, startNegotiation } from './negotiation.ts';
import { readTypeMap } from './type-map.ts';
import type { Variant } from './variant.ts';

/** The variant that was chosen, or the status to answer. */
type Outcome = { readonly variant: Variant } | { readonly status: HookStatus };

const isGet = ({ method }: RequestRecord) => method === 'GET' || method === 'HEAD';

/** httpd: modules/mappers/mod_negotiation.c do_negotiation */
async function negotiate(state: Negotiation, prefersScripts: boolean): Promise<Outcome> {
  const { request, variants } = state;
  if (isGet(request)) {
    state.isTransparent =
      request.pathInfo === '' &&
      variants.every(({ fileName, body }) => !fileName.includes('/') && body === undefined);
  }
  if (state.isTransparent) readNegotiate(state);
  addDefaultAccepts(state, prefersScripts);
  const { best, isChoice } = selectVariant(state);
  if (!isChoice) {
    state.sendsAlternates = true;
    setNegotiationHeaders(state, false);
    (request.main ?? request).notes.set('variant-list', variantList(state));
    if (state.isTransparent && state.clientIsTransparent) return { status: 300 };
  }
  if (best === undefined) {
    request.log('negotiation', 'error', `AH00690: no acceptable variant: ${request.filename}`);
    return { status: 406 };
  }
  if (state.isTransparent) {
    const status = await setUpChoice(state, best);
    if (status !== OK) return { status };
  } else setNegotiationHeaders(state, isChoice);
  const isCacheable = cacheConfig.of(request).cachesNegotiated === true;
  if (!isCacheable && request.protocolNumber < 1001 && state.fileCount !== 1) request.noCache = true;
  return { variant: best };
}

/** A chosen variant must not be negotiated in turn. httpd: setup_choice_response */
async function setUpChoice(state: Negotiation, variant: Variant): Promise<HookStatus> {
  const { request } = state;
  if (variant.found === undefined) {
    const found = await lookupFile(variant.fileName, request);
    if (found.status !== 200 && !found.errHeadersOut.has('TCN')) return found.status;
    variant.found = found;
  }
  const { found } = variant;
  if (found.errHeadersOut.has('TCN') || found.handlerName === 'type-map') return 506;
  const vary = found.errHeadersOut.get('Vary');
  if (vary !== undefined) {
    request.errHeadersOut.set('Variant-Vary', vary);
    request.errHeadersOut.set('Vary', vary);
    found.errHeadersOut.unset('Vary');
  }
  request.errHeadersOut.set('Content-Location', escapePathSegment(variant.fileName));
  setNegotiationHeaders(state, true);
  return OK;
}

/** MultiViews: a name without its extensions. httpd: handle_multi */
export function serveMultiviews(request: RequestRecord): HookResult {
  if (request.finfo !== undefined || request.proxyRequest !== false) return DECLINED;
  if ((effectiveOptions(walkConfig.of(request)) & OPTIONS.multiViews) === 0) return DECLINED;
  return request.filename?.startsWith('/') ? chooseFile(request) : DECLINED;
}

async function chooseFile(request: RequestRecord): Promise<HookStatus> {
  const state = startNegotiation(request);
  const status = await readDirectoryVariants(state);
  if (status !== OK) return status;
  if (state.variants.length === 0) return DECLINED;
  const prefersScripts = !isGet(request) || request.args !== undefined || request.pathInfo !== '';
  const outcome = await negotiate(state, prefersScripts);
  if ('status' in outcome) return outcome.status;
  const { variant } = outcome;
  const found = variant.found ?? (await lookupFile(variant.fileName, request));
  if (variant.found === undefined && found.status !== 200) return found.status;
  found.args ??= request.args;
  if (request.pathInfo !== '') {
    if (variant.found === undefined) {
      // Of a map: looked up by its name, beside the whole path that was asked for.
      found.uri = request.uri.slice(0, request.uri.lastIndexOf('/') + 1) + variant.fileName;
    } else {
      found.uri += request.pathInfo;
      found.pathInfo = request.pathInfo;
    }
  }
  internalFastRedirect(found, request);
  request.mtimeMs = 0;
  return OK;
}

/** A type map asked for itself. httpd: handle_map_file */
export function serveTypeMap(request: RequestRecord): HookResult {
  const { handlerName } = request;
  if (handlerName !== 'application/x-type-map' && handlerName !== 'type-map') return DECLINED;
  return chooseFromMap(request);
}

async function chooseFromMap(request: RequestRecord): Promise<HookStatus> {
  const state = startNegotiation(request);
  const status = readTypeMap(state, request);
  if (status !== OK) return status;
  const outcome = await negotiate(state, false);
  if ('status' in outcome) return outcome.status;
  const { variant } = outcome;
  if (variant.body !== undefined) return serveMapBody(request, variant);
  let { uri } = request;
  if (request.pathInfo !== '' && uri.endsWith(request.pathInfo)) uri = uri.slice(0, -request.pathInfo.length);
  const directory = escapeUri(uri.slice(0, uri.lastIndexOf('/') + 1));
  const query = request.args === undefined ? '' : `?${request.args}`;
  return internalRedirect(`${directory}${variant.fileName}${request.pathInfo}${query}`, request);
}

/** Content that stands in the map itself. */
async function serveMapBody(request: RequestRecord, variant: Variant): Promise<HookStatus> {
  allowMethods(request, 'GET', 'OPTIONS', 'POST');
  if (!isGet(request) && request.method !== 'POST') return 405;
  request.headersOut.set('Accept-Ranges', 'bytes');
  request.headersOut.set('Content-Length', String(variant.bytes));
  if (variant.mediaType !== '') {
    request.contentType =
      variant.charset === '' ? variant.mediaType : `${variant.mediaType}; charset=${variant.charset}`;
  }
  if (variant.languages !== undefined && variant.languages.length > 0)
    request.contentLanguages = variant.languages;
  if (variant.encoding) request.contentEncoding = variant.encoding;
  const conditions = meetsConditions(request);
  if (conditions !== OK) return conditions;
  const discarded = await discardRequestBody(request);
  if (discarded !== OK) return discarded;
  const { offset, length } = variant.body!;
  request.output = { kind: 'file', path: request.filename!, info: request.finfo!, offset, length };
  return OK;
}

/** Names a coding as the client does, with or without `x-`. httpd: fix_encoding */
export function nameCodingAsAsked(request: RequestRecord): HookStatus {
  const { contentEncoding } = request;
  if (!contentEncoding) return DECLINED;
  const coding = contentEncoding.startsWith('x-') ? contentEncoding.slice(2) : contentEncoding;
  const accepted = readAccept(request.headersIn.get('Accept-Encoding')) ?? [];
  const names = accepted.map(({ name }) => name);
  const asked = names.includes(coding) ? coding : names.includes(`x-${coding}`) ? `x-${coding}` : undefined;
  if (asked === undefined) return DECLINED;
  request.contentEncoding = asked;
  return OK;
}
