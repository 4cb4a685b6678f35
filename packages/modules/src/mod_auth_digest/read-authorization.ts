/** What a client says of itself. */
export interface DigestAuthorization {
  readonly username: string;
  readonly realm: string;
  readonly nonce: string;
  readonly uri: string;
  readonly response: string;
  readonly algorithm: string | undefined;
  readonly cnonce: string | undefined;
  readonly opaque: string | undefined;
  readonly qop: string | undefined;
  readonly nc: string | undefined;
}

/** What stands in the header instead: nothing, another scheme, or what is not complete. */
export type NoAuthorization =
  | { readonly missing: 'header' }
  | { readonly missing: 'parts'; readonly opaque: string | undefined }
  | { readonly scheme: string };

const item =
  /[\t-\r ]*([^=,\t-\r ]*)[\t-\r ]*(?:=[\t-\r ]*(?:"((?:\\[\s\S]|[^"])*)"?|([^,\t-\r ]*)))?[^,]*(?:,|$)/y;

/** A time in base64 and a hash in hexadecimal digits, which are not looked at here. */
const nonceForm = /^[\s\S]{11}=[\s\S]{40}$/;

const responseLength = 32;

/** httpd: modules/aaa/mod_auth_digest.c get_digest_rec */
export function readAuthorization(line: string | undefined): DigestAuthorization | NoAuthorization {
  if (line === undefined) return { missing: 'header' };
  const [, scheme, rest] = /^([^\t-\r ]*)[\t-\r ]*([\s\S]*)$/.exec(line)!;
  if (scheme!.toLowerCase() !== 'digest') return { scheme: scheme! };
  const values = new Map<string, string>();
  item.lastIndex = 0;
  while (item.lastIndex < rest!.length) {
    const [, name, quoted, token = ''] = item.exec(rest!)!;
    values.set(name!.toLowerCase(), quoted?.replace(/\\([\s\S])/g, '$1') ?? token);
  }
  const [username, realm, nonce, uri, response] = ['username', 'realm', 'nonce', 'uri', 'response'].map(
    (name) => values.get(name),
  );
  const [algorithm, cnonce, opaque, qop, nc] = ['algorithm', 'cnonce', 'opaque', 'qop', 'nc'].map((name) =>
    values.get(name),
  );
  if (
    username === undefined ||
    realm === undefined ||
    nonce === undefined ||
    uri === undefined ||
    response === undefined ||
    !nonceForm.test(nonce) ||
    response.length !== responseLength ||
    (qop !== undefined && (cnonce === undefined || nc === undefined))
  ) {
    return { missing: 'parts', opaque };
  }
  return { username, realm, nonce, uri, response, algorithm, cnonce, opaque, qop, nc };
}
