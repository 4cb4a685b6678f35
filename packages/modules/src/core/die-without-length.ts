import { type Body, die, type RequestRecord } from '@httpd-ts/kernel';

/** Text as a body whose end only will tell its length. */
export function withoutLength(text: string): Body {
  let rest: Uint8Array | null = Uint8Array.from(text, (char) => char.charCodeAt(0));
  const pull = () => {
    const chunk = rest;
    rest = null;
    return chunk;
  };
  return { kind: 'source', length: undefined, source: { pull, abort() {} } };
}

/**
 * Ends a request with an error found while its body or response was under way: the page then comes without a length.
 * httpd: modules/http/http_filters.c ap_http_header_filter, error buckets
 */
export async function dieWithoutLength(status: number, request: RequestRecord): Promise<void> {
  await die(status, request);
  if (request.output?.kind === 'text') request.output = withoutLength(request.output.text);
}
