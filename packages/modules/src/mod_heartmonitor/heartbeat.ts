import { unescapeUrl } from '@httpd-ts/kernel';

/** What a server says of itself. httpd: modules/cluster/mod_heartmonitor.c hm_server_t */
export interface Heartbeat {
  readonly ip: string;
  readonly ready: number;
  readonly busy: number;
  readonly port: number;
  /** When it was heard of, in milliseconds since 1970. */
  readonly seenMs: number;
}

/** Longest message. httpd: MAX_MSG_LEN */
export const longestMessage = 1000;
/** One that has not been heard of for so long is forgotten. httpd: SEEN_TIMEOUT */
export const forgottenMs = 30_000;

/** The fields of a message, which are those of a query string. httpd: qs_to_table */
export function messageFields(text: string): ReadonlyMap<string, string> {
  const fields = new Map<string, string>();
  for (const part of text.split('&')) {
    const equals = part.indexOf('=');
    if (equals < 0) continue;
    const decode = (value: string) => unescapeUrl(value.replaceAll('+', ' '), 'decode').text;
    fields.set(decode(part.slice(0, equals)), decode(part.slice(equals + 1)));
  }
  return fields;
}

/** atoi, whose result goes into an unsigned number. */
export const unsigned = (text: string | undefined, otherwise: number) =>
  text === undefined ? otherwise : (Number.parseInt(text, 10) || 0) >>> 0;
