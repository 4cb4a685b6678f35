import type { RequestRecord } from '@httpd-ts/kernel';
import { rewriteLog } from './rewrite-context.ts';

const days = ['Sun', 'Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat'];
const months = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];
const two = (value: number) => String(value).padStart(2, '0');

/** A time as cookies have it: `Fri, 20-Nov-2026 12:36:53 GMT`. */
function cookieDate(atMs: number): string {
  const date = new Date(atMs);
  const day = `${days[date.getUTCDay()]}, ${two(date.getUTCDate())}-${months[date.getUTCMonth()]}-${date.getUTCFullYear()}`;
  return `${day} ${two(date.getUTCHours())}:${two(date.getUTCMinutes())}:${two(date.getUTCSeconds())} GMT`;
}

const cookiesSet = { name: 'cookies set by rules' };

/**
 * Sets the cookie of a CO flag, once a request by name: `name:value:domain[:minutes[:path[:secure[:httponly[:samesite]]]]]`,
 * with `;` between when that is the first character. httpd: modules/mappers/mod_rewrite.c add_cookie
 */
export function setCookie(request: RequestRecord, text: string, trace: number): void {
  const separator = text.startsWith(';') ? ';' : ':';
  const fields = text.split(separator).filter((field) => field !== '');
  const [name, value, domain, minutes, path, secure, httpOnly, sameSite] = fields;
  if (name === undefined || value === undefined || domain === undefined) return;
  let main = request;
  while (main.main !== undefined) main = main.main;
  const { initial } = main;
  const names = initial.state<Set<string>>(cookiesSet) ?? initial.setState(cookiesSet, new Set<string>());
  if (names.has(name)) {
    if (trace >= 5) rewriteLog({ request: main }, 5, `skipping already set cookie '${name}'`);
    return;
  }
  names.add(name);
  const lifetime = Number.parseInt(minutes ?? '', 10) || 0;
  const expires = lifetime === 0 ? '' : `; expires=${cookieDate(request.requestTimeMs + lifetime * 60_000)}`;
  const cookie = `${name}=${value}; path=${path ?? '/'}; domain=${domain}${expires}${attributes(secure, httpOnly, sameSite)}`;
  main.errHeadersOut.add('Set-Cookie', cookie);
  if (trace >= 5) rewriteLog({ request: main }, 5, `setting cookie '${cookie}'`);
}

function attributes(
  secure: string | undefined,
  httpOnly: string | undefined,
  sameSite: string | undefined,
): string {
  const isOn = (word: string | undefined, name: string) =>
    word !== undefined && (word === '1' || ['true', name].includes(word.toLowerCase()));
  const hasSameSite = sameSite !== undefined && sameSite !== '0' && sameSite.toLowerCase() !== 'false';
  const isSecure = isOn(secure, 'secure');
  return [
    isSecure ? '; secure' : '',
    // httpd joins the parts up to the first that is missing, so that HttpOnly goes with secure only.
    isSecure && isOn(httpOnly, 'httponly') ? '; HttpOnly' : '',
    hasSameSite ? `; SameSite=${sameSite}` : '',
  ].join('');
}
