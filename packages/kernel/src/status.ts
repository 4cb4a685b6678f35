/** What a hook answers: one of the three words below, or an HTTP status from 100 on. */
export type HookStatus = number;
/** The hook has done its part. */
export const OK = 0;
/** The hook leaves the request to others. */
export const DECLINED = -1;
/** The request is answered; nothing further is done for it. */
export const DONE = -2;

/** Answer of a hook: at once, or a promise when it had to wait for something outside. */
export type HookResult = HookStatus | Promise<HookStatus>;

// httpd: modules/http/http_protocol.c status_lines
const reasonPhrases: Readonly<Record<number, string>> = {
  100: 'Continue',
  101: 'Switching Protocols',
  102: 'Processing',
  103: 'Early Hints',
  200: 'OK',
  201: 'Created',
  202: 'Accepted',
  203: 'Non-Authoritative Information',
  204: 'No Content',
  205: 'Reset Content',
  206: 'Partial Content',
  207: 'Multi-Status',
  208: 'Already Reported',
  226: 'IM Used',
  300: 'Multiple Choices',
  301: 'Moved Permanently',
  302: 'Found',
  303: 'See Other',
  304: 'Not Modified',
  305: 'Use Proxy',
  307: 'Temporary Redirect',
  308: 'Permanent Redirect',
  400: 'Bad Request',
  401: 'Unauthorized',
  402: 'Payment Required',
  403: 'Forbidden',
  404: 'Not Found',
  405: 'Method Not Allowed',
  406: 'Not Acceptable',
  407: 'Proxy Authentication Required',
  408: 'Request Timeout',
  409: 'Conflict',
  410: 'Gone',
  411: 'Length Required',
  412: 'Precondition Failed',
  413: 'Request Entity Too Large',
  414: 'Request-URI Too Long',
  415: 'Unsupported Media Type',
  416: 'Requested Range Not Satisfiable',
  417: 'Expectation Failed',
  421: 'Misdirected Request',
  422: 'Unprocessable Entity',
  423: 'Locked',
  424: 'Failed Dependency',
  426: 'Upgrade Required',
  428: 'Precondition Required',
  429: 'Too Many Requests',
  431: 'Request Header Fields Too Large',
  451: 'Unavailable For Legal Reasons',
  500: 'Internal Server Error',
  501: 'Not Implemented',
  502: 'Bad Gateway',
  503: 'Service Unavailable',
  504: 'Gateway Timeout',
  505: 'HTTP Version Not Supported',
  506: 'Variant Also Negotiates',
  507: 'Insufficient Storage',
  508: 'Loop Detected',
  510: 'Not Extended',
  511: 'Network Authentication Required',
};

/** The reason phrase httpd knows for a status, or undefined. */
export function reasonPhrase(status: number): string | undefined {
  return reasonPhrases[status];
}

/** Status and reason as in a status line: `404 Not Found`. An unknown status reads as 500 does. */
export function statusLine(status: number): string {
  const reason = reasonPhrases[status];
  return reason === undefined ? '500 Internal Server Error' : `${status} ${reason}`;
}

/** A redirection (3xx). */
export function isRedirect(status: number): boolean {
  return status >= 300 && status < 400;
}

/** A client or server error. */
export function isError(status: number): boolean {
  return status >= 400 && status < 600;
}
