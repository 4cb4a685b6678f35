import { trimBlanks } from '@httpd-ts/http1';
import type { RequestRecord } from '@httpd-ts/kernel';
import { type AcceptRecord, readAccept } from './accept.ts';
import { type NegotiationConfig, negotiationConfig } from './config.ts';
import type { Variant } from './variant.ts';

/** The state of one negotiation. httpd: negotiation_state */
export interface Negotiation {
  readonly request: RequestRecord;
  readonly config: NegotiationConfig;
  /** With a slash at its end. */
  readonly directory: string;
  accept: AcceptRecord[] | undefined;
  readonly acceptEncoding: readonly AcceptRecord[] | undefined;
  readonly acceptCharset: readonly AcceptRecord[] | undefined;
  readonly acceptLanguage: readonly AcceptRecord[] | undefined;
  /** Some element of Accept has a quality below 1. */
  readonly acceptHasQuality: boolean;
  defaultLanguageQuality: number;
  variants: Variant[];
  /** Variants found as files by MultiViews. */
  fileCount: number;
  isTransparent: boolean;
  keepsHeaders: boolean;
  clientIsTransparent: boolean;
  sendsAlternates: boolean;
  mayChoose: boolean;
  usesRvsa: boolean;
}

/** httpd: modules/mappers/mod_negotiation.c parse_accept_headers */
export function startNegotiation(request: RequestRecord): Negotiation {
  const { headersIn } = request;
  const filename = request.filename!;
  const accept = readAccept(headersIn.get('Accept'));
  return {
    request,
    config: negotiationConfig.of(request),
    directory: filename.slice(0, filename.lastIndexOf('/') + 1),
    accept,
    acceptHasQuality: accept?.some(({ quality }) => quality < 1) ?? false,
    acceptEncoding: readAccept(headersIn.get('Accept-Encoding')),
    acceptLanguage: readAccept(headersIn.get('Accept-Language')),
    acceptCharset: readAccept(headersIn.get('Accept-Charset')),
    defaultLanguageQuality: 1,
    variants: [],
    fileCount: 0,
    isTransparent: false,
    keepsHeaders: false,
    clientIsTransparent: false,
    sendsAlternates: false,
    mayChoose: true,
    usesRvsa: false,
  };
}

/** What the client says of transparent negotiation (RFC 2295). httpd: parse_negotiate_header */
export function readNegotiate(state: Negotiation): void {
  const { headersIn } = state.request;
  const text = headersIn.get('Negotiate');
  if (text === undefined) return;
  if (text === 'trans' && headersIn.get('User-Agent')?.startsWith('Lynx')) return;
  state.mayChoose = false;
  for (const item of text.split(',').map((part) => trimBlanks(part).toLowerCase())) {
    if (!/^(?:trans|vlist|guess-small|\*|\d.*)$/.test(item)) continue;
    state.clientIsTransparent = true;
    state.sendsAlternates = true;
    if (item === '1.0') Object.assign(state, { mayChoose: true, usesRvsa: true, keepsHeaders: true });
    else if (item === '*') Object.assign(state, { mayChoose: true, keepsHeaders: true });
  }
}

/** What a client without Accept takes, and how much scripts are preferred. httpd: maybe_add_default_accepts */
export function addDefaultAccepts(state: Negotiation, prefersScripts: boolean): void {
  const anything = { name: '*/*', quality: 1, level: 0, charset: '' };
  const quality = state.usesRvsa ? 0 : prefersScripts ? 2 : 0.001;
  state.accept = [
    ...(state.accept ?? [anything]),
    { name: 'application/x-httpd-cgi', quality, level: 0, charset: '' },
  ];
}

/** Length of a variant, looked up when it is first needed. httpd: find_content_length */
export function contentLength({ request, directory }: Negotiation, variant: Variant): number {
  if (variant.bytes >= 0) return variant.bytes;
  const known = variant.found?.finfo;
  const info = known ?? request.server.plan.world.files.stat(directory + variant.fileName);
  if (typeof info === 'object') variant.bytes = info.size;
  return variant.bytes;
}
