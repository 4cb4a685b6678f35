import type { RequestRecord } from '@httpd-ts/kernel';

/** Puts environment variables in the place of `${NAME}`. httpd: modules/proxy/mod_proxy.c proxy_interpolate */
export function interpolate(text: string, request: RequestRecord): string {
  return text.includes('${')
    ? text.replace(/\$\{([^}]*)\}/g, (_, name: string) => request.env(name) ?? '')
    : text;
}
