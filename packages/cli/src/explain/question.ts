/** A request to explain. Text is latin1. */
export interface Question {
  readonly method: string;
  /** `http://host[:port]/path?query`, or a path alone. */
  readonly url: string;
  readonly headers: readonly (readonly [name: string, value: string])[];
  /** Address of the client. */
  readonly from: string;
  /** Local address of the connection; chosen by the configuration when left out. */
  readonly to: string | undefined;
}

/** The request as a client would send it. */
export interface SentRequest {
  readonly text: string;
  readonly host: string;
  readonly port: number;
  readonly isTls: boolean;
}

const urlParts = /^(https?):\/\/(\[[^\]]*\]|[^/?#:]*)(?::(\d+))?([/?][^#]*)?(?:#.*)?$/i;

/** The bytes of a request; a complaint where the question cannot be one. */
export function sentRequest({ method, url, headers }: Question): SentRequest | string {
  const absolute = urlParts.exec(url);
  if (absolute === null && !url.startsWith('/') && url !== '*') {
    return `not a URL or a path: ${url}`;
  }
  const [, scheme = 'http', urlHost = '', portText, rest = absolute === null ? url : '/'] = absolute ?? [];
  const isTls = scheme.toLowerCase() === 'https';
  const given = headers.find(([name]) => name.toLowerCase() === 'host')?.[1];
  const hostField =
    given ?? (urlHost === '' ? 'localhost' : `${urlHost}${portText === undefined ? '' : `:${portText}`}`);
  const [, host = '', hostPort] = /^(\[[^\]]*\]|[^:]*)(?::(\d+))?$/.exec(hostField) ?? [undefined, hostField];
  const port = Number(portText ?? hostPort ?? (isTls ? 443 : 80));
  if (port < 1 || port > 65535) return `not a port: ${port}`;
  const target = rest.startsWith('?') ? `/${rest}` : rest;
  const fields = headers.filter(([name]) => name.toLowerCase() !== 'host');
  const lines = [
    `${method} ${target} HTTP/1.1`,
    `Host: ${hostField}`,
    ...fields.map(([name, value]) => `${name}: ${value}`),
  ];
  return { text: `${lines.join('\r\n')}\r\n\r\n`, host: host.toLowerCase(), port, isTls };
}
