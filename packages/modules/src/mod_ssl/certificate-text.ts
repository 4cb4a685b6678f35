import type { Certificate } from './certificate.ts';
import { loggedName } from './distinguished-name.ts';

const months = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];

/** What the log says of a certificate. httpd: modules/ssl/ssl_engine_log.c ssl_log_cert_error */
export function certificateText({ subject, issuer, serial, validFromMs, validToMs }: Certificate): string {
  return `[subject: ${loggedName(subject.attributes)} / issuer: ${loggedName(issuer.attributes)} / serial: ${serial} / notbefore: ${timeText(validFromMs)} / notafter: ${timeText(validToMs)}]`;
}

/** `Jan  1 00:00:00 2020 GMT`. httpd: ASN1_TIME_print */
export function timeText(timeMs: number): string {
  const date = new Date(timeMs);
  const two = (number: number) => String(number).padStart(2, '0');
  const clock = [date.getUTCHours(), date.getUTCMinutes(), date.getUTCSeconds()].map(two).join(':');
  const day = String(date.getUTCDate()).padStart(2);
  return `${months[date.getUTCMonth()]} ${day} ${clock} ${date.getUTCFullYear()} GMT`;
}
