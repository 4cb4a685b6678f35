import { asciiLowerCase } from '../ascii-case.ts';
import { decodeBase64, encodeBase64 } from '../base64.ts';
import type { ExpressionFunction } from '../declare/expression-providers.ts';
import { encodeHex } from '../hex.ts';
import { escapeUri, unescapeUrl } from '../uri.ts';
import type { Evaluation } from './evaluation.ts';

type Call = ExpressionFunction['call'];

const plain = (call: Call): ExpressionFunction => ({ call });

const worldOf = ({ request }: Evaluation) => request.server.plan.world;

/** What C makes of text with a NUL in it. */
const cString = (text: string) => text.split('\0', 1)[0]!;

const requestHeader: Call = (name, evaluation) => evaluation.header(name);

/** httpd: ap_str_tolower, ap_str_toupper, of ASCII letters only */
const toUpper = (text: string) => text.replace(/[a-z]+/g, (letters) => letters.toUpperCase());

const hashed =
  (algorithm: string): Call =>
  (text, evaluation) =>
    encodeHex(worldOf(evaluation).digests.hash(algorithm, text));

/** httpd: apr_escape_ldap with APR_ESCAPE_LDAP_ALL */
function escapeLdap(text: string): string {
  return text.replace(/[\0-\x1f"()*+,;<>\\\x7f-\xff]/g, hexByte);
}

const hexByte = (char: string) => `\\${char.charCodeAt(0).toString(16).padStart(2, '0')}`;

/** httpd: unescape_func */
function unescaped(text: string): string {
  const { text: decoded, status } = unescapeUrl(text, 'keep');
  return status === undefined ? decoded : '';
}

const largestFile = 10 * 1024 * 1024;

/** httpd: file_func */
function fileContent(path: string, evaluation: Evaluation): string {
  const { files } = worldOf(evaluation);
  const info = files.stat(path);
  if (typeof info === 'object' && info.size > largestFile) {
    evaluation.error = `File ${path} too large`;
    return '';
  }
  const read = files.readText(path);
  if (typeof read === 'object') return cString(read.text);
  evaluation.error = read === 'EISDIR' ? `Cannot read from file ${path}` : `Cannot open file ${path}`;
  return '';
}

/** httpd: filesize_func */
function fileSize(path: string, evaluation: Evaluation): string {
  const info = worldOf(evaluation).files.stat(path);
  return typeof info === 'object' && info.type === 'file' ? String(info.size) : '0';
}

/** httpd: server/util_expr_eval.c string_func_providers */
export const standardFunctions: Readonly<Record<string, ExpressionFunction>> = {
  req: plain(requestHeader),
  http: plain(requestHeader),
  req_novary: plain((name, { request }) => request.headersIn.get(name)),
  resp: plain((name, { request }) => request.headersOut.get(name) ?? request.errHeadersOut.get(name)),
  reqenv: plain((name, { request }) => request.env(name)),
  note: plain((name, { request }) => request.note(name)),
  osenv: plain((name, evaluation) => worldOf(evaluation).environment.get(name)),
  env: plain(
    (name, evaluation) =>
      evaluation.request.note(name) ??
      evaluation.request.env(name) ??
      worldOf(evaluation).environment.get(name),
  ),
  tolower: plain(asciiLowerCase),
  toupper: plain(toUpper),
  escape: plain(escapeUri),
  unescape: plain(unescaped),
  base64: plain(encodeBase64),
  unbase64: plain((text) => cString(decodeBase64(text))),
  md5: plain(hashed('md5')),
  sha1: plain(hashed('sha1')),
  ldap: plain(escapeLdap),
  file: { call: fileContent, restricted: true },
  filesize: { call: fileSize, restricted: true },
};
