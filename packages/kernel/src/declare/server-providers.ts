import type { ServerRecord } from '../2-compile/server-record.ts';
import type { TlsFacts } from '../3-serve/connection-record.ts';
import type { RequestRecord } from '../3-serve/request-record.ts';
import type { LogLevel } from '../log.ts';
import type { Body } from '../response.ts';
import type { HookStatus } from '../status.ts';
import type { TlsGreeting, TlsSession } from '../world.ts';
import { providerKind } from './providers.ts';

/**
 * What the engine asks about errors and heads. One module provides it under the name `default`;
 * without it, responses are bare.
 */
export interface ResponsePolicy {
  /** ErrorDocument for a status: a URL, a local path, or `"` and the text to show; undefined for the canned page. */
  customResponse(request: RequestRecord, status: number): string | undefined;
  /**
   * The canned page for `request.status`. `recursiveError` is the status that an ErrorDocument itself ended with
   * (0 for none).
   */
  errorPage(request: RequestRecord, recursiveError: number): Body;
  /** Value of `Allow` for the request. httpd: make_allow */
  allow(request: RequestRecord): string;
  /** Content type with the charset that AddDefaultCharset adds. httpd: ap_make_content_type */
  contentType(request: RequestRecord, type: string): string;
  /** How often a request may be redirected internally, and how deep sub-requests may go. */
  recursionLimit(request: RequestRecord): { readonly redirects: number; readonly subrequests: number };
  /** Holds the request's body to LimitRequestBody, before it is read. */
  limitRequestBody(request: RequestRecord): void;
  /** The status by which the host asked for is refused, else DECLINED. */
  checkHost(request: RequestRecord): HookStatus;
  /** MergeSlashes of the request's server. */
  mergesSlashes(request: RequestRecord): boolean;
  /** AccessFileName of the request's server. */
  accessFileNames(request: RequestRecord): readonly string[];
}

export const responsePolicies = providerKind<ResponsePolicy>('response-policy');

/** Whether access control by address and by user must both pass. httpd: ap_satisfies */
export interface SatisfyPolicy {
  satisfies(request: RequestRecord): 'all' | 'any' | 'unspecified';
}

export const satisfyPolicies = providerKind<SatisfyPolicy>('satisfy-policy');

/** How long a client may take for the head and the body of a request. Undefined limits are none. httpd: mod_reqtimeout */
export interface RequestTimeouts {
  /** Milliseconds for the head, and for the body. 0: no limit. */
  readonly head: TimeoutRule;
  readonly body: TimeoutRule;
}

/** An initial time, which each `minRate` bytes received extend by a second, up to a maximum. */
export interface TimeoutRule {
  readonly initialMs: number;
  readonly maximumMs: number;
  /** Bytes a second; 0: the time is not extended. */
  readonly minRate: number;
}

/** Provided under the name `default` by the module that limits them. */
export interface RequestTimeoutPolicy {
  timeouts(server: ServerRecord): RequestTimeouts | undefined;
}

export const requestTimeoutPolicies = providerKind<RequestTimeoutPolicy>('request-timeout-policy');

/** Speaks TLS with clients. Provided under the name `default`. */
export interface ConnectionSecurity {
  /** What clients of a server are greeted with; undefined where it speaks no TLS. */
  greeting(server: ServerRecord): TlsGreeting | undefined;
  /** What there is to know of a session. */
  facts(session: TlsSession, server: ServerRecord): TlsFacts;
  /** Why a session is not to be used, for the error log; undefined where it is sound. */
  complaint(
    session: TlsSession,
    server: ServerRecord,
  ): { readonly level: LogLevel; readonly message: string } | undefined;
}

export const connectionSecurity = providerKind<ConnectionSecurity>('connection-security');
