import { escapeUri } from '@httpd-ts/kernel';

/** Schemes that make a substitution a URL of its own, and whether a query string is split off it. */
const schemes = new Map<string, boolean>([
  ['ajp://', true],
  ['balancer://', true],
  ['cgi://', true],
  ['fcgi://', true],
  ['ftp://', false],
  ['gopher://', false],
  ['h2://', true],
  ['h2c://', true],
  ['http://', true],
  ['https://', true],
  ['ldap://', false],
  ['ldaps://', false],
  ['mailto:', true],
  ['news:', false],
  ['nntp://', false],
  ['scgi://', true],
  ['unix:', true],
  ['uwsgi://', true],
  ['ws://', true],
  ['wss://', true],
]);

const longest = Math.max(...[...schemes.keys()].map((scheme) => scheme.length));

export interface AbsoluteUri {
  /** Length of the scheme with its `://`. */
  readonly schemeLength: number;
  readonly takesQuery: boolean;
}

/** Whether a text is a URL with one of the known schemes. httpd: modules/mappers/mod_rewrite.c is_absolute_uri */
export function absoluteUri(text: string): AbsoluteUri | undefined {
  if (text.startsWith('/')) return undefined;
  const colon = text.indexOf(':');
  if (colon < 0 || colon >= longest) return undefined;
  const schemeLength = text.startsWith('://', colon) ? colon + 3 : colon + 1;
  const takesQuery = schemes.get(text.slice(0, schemeLength).toLowerCase());
  return takesQuery === undefined ? schemelessForm(text, colon) : { schemeLength, takesQuery };
}

/** `mailto:` and its like are schemes even when `//` follows. */
function schemelessForm(text: string, colon: number): AbsoluteUri | undefined {
  const takesQuery = schemes.get(text.slice(0, colon + 1).toLowerCase());
  return takesQuery === undefined ? undefined : { schemeLength: colon + 1, takesQuery };
}

/** Escapes what follows scheme and host. httpd: escape_absolute_uri */
export function escapeAbsoluteUri(text: string, { schemeLength }: AbsoluteUri): string {
  let kept = schemeLength;
  if (text[schemeLength - 1] === '/') {
    const slash = text.indexOf('/', schemeLength);
    if (slash < 0 || slash + 1 >= text.length) return text;
    kept = slash + 1;
    if (/^ldap/i.test(text)) return text.slice(0, kept) + escapeLdap(text.slice(kept));
  }
  return text.slice(0, kept) + escapeUri(text.slice(kept));
}

/** The parts of an LDAP URL, up to five, are separated by question marks. */
function escapeLdap(text: string): string {
  const parts = text.split('?');
  return [...parts.slice(0, 4), ...(parts.length > 4 ? [parts.slice(4).join('?')] : [])]
    .map(escapeUri)
    .join('?');
}
