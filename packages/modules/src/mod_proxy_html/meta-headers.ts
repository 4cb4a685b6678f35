import type { RequestRecord } from '@httpd-ts/kernel';

/**
 * Makes fields of the response of `<meta http-equiv>` elements, and takes the one that says Content-Type out of the
 * page, as the page's charset changes. httpd: modules/filters/mod_proxy_html.c metafix
 */
export function takeMetaHeaders(request: RequestRecord, page: string): string {
  let cut: readonly [number, number] | undefined;
  for (const match of page.matchAll(/<meta[^>]*(http-equiv)[^>]*>/gi)) {
    const [element] = match;
    const named = element.toLowerCase().lastIndexOf('http-equiv') + 'http-equiv'.length;
    const name = /[A-Za-z][A-Za-z0-9-]*/.exec(element.slice(named + 1))?.[0] ?? '';
    const lower = name.toLowerCase();
    if (lower.startsWith('content-type')) cut = [match.index, match.index + element.length];
    if (lower.startsWith('content-') || name === '') continue;
    const content = contentOf(element);
    if (content !== undefined) request.headersOut.set(name, content);
  }
  return cut === undefined ? page : page.slice(0, cut[0]) + page.slice(cut[1]);
}

function contentOf(element: string): string | undefined {
  const match = /content\s*=\s*(?:"([^"]*)"|'([^']*)'|([^\s>"'][^\s>]*))/.exec(element);
  return match === null ? undefined : (match[1] ?? match[2] ?? match[3]);
}
