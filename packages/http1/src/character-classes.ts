/** A byte of an RFC 7230 token. httpd: server/util.c ap_scan_http_token */
export const TOKEN = 1;
/** A byte of a field value: no control character but the tab. httpd: ap_scan_http_field_content */
export const FIELD_CONTENT = 2;
/** A visible or high byte. httpd: ap_scan_vchar_obstext */
export const VISIBLE = 4;
/** What isspace() takes. */
export const SPACE = 8;

function classOf(code: number): number {
  if (code === 9) return FIELD_CONTENT | SPACE;
  if (code === 32) return FIELD_CONTENT | SPACE;
  if (code >= 10 && code <= 13) return SPACE;
  if (code < 32 || code === 127) return 0;
  const isToken = code < 127 && !'()<>@,;:\\"/[]?={}'.includes(String.fromCharCode(code));
  return FIELD_CONTENT | VISIBLE | (isToken ? TOKEN : 0);
}

/** The classes of each byte. */
export const characterClasses: Uint8Array = Uint8Array.from({ length: 256 }, (_, code) => classOf(code));

/** The first place at or after `from` whose byte is not of the class. */
export function skipClass(text: string, from: number, classBit: number): number {
  let at = from;
  while (at < text.length && (characterClasses[text.charCodeAt(at)]! & classBit) !== 0) at++;
  return at;
}

/** Whether isspace() takes the byte at this place. */
export function isSpaceAt(text: string, at: number): boolean {
  return at < text.length && (characterClasses[text.charCodeAt(at)]! & SPACE) !== 0;
}
