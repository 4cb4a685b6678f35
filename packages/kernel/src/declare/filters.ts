import type { RequestRecord } from '../3-serve/request-record.ts';
import type { Body } from '../response.ts';
import { providerKind } from './providers.ts';

/**
 * Rank of an output filter: lower ranks see the body first. httpd: include/util_filter.h AP_FTYPE_*
 */
export const FILTER_RANK = { resource: 10, contentSet: 20, protocol: 30, transcode: 40 } as const;

/**
 * A transformation of the response: may change the head (`request.headersOut`, `request.status`) and gives the body
 * that goes on. Runs once, when the handler (or the error page) has set the body.
 */
export interface OutputFilter {
  readonly name: string;
  readonly rank: number;
  /** Called when the request is about to be handed to its handler. httpd: ap_init_filter_func */
  setUp?(request: RequestRecord): void;
  apply(request: RequestRecord, body: Body | undefined): Body | undefined | Promise<Body | undefined>;
}

/** Output filters by name, in lower case, for SetOutputFilter and its like. */
export const outputFilters = providerKind<OutputFilter>('output-filter');

/** Transformations of request bodies by name, in lower case. */
export interface InputFilter {
  readonly name: string;
  readonly rank: number;
  apply(request: RequestRecord): void;
}

export const inputFilters = providerKind<InputFilter>('input-filter');
