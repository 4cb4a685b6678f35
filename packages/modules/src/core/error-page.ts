import { trimEndBlanks } from '@httpd-ts/http1';
import { type Body, escapeHtml, type RequestRecord, statusLine, writtenBody } from '@httpd-ts/kernel';
import { adminOf, signature } from './server-identity.ts';

/** Text of a page; `note` gives what a module left in `error-notes`. */
type PageText = (request: RequestRecord, location: string) => string;

const note = (request: RequestRecord) => request.note('error-notes') ?? '';

const moved: PageText = (_request, location) =>
  `<p>The document has moved <a href="${escapeHtml(location)}">here</a>.</p>\n`;

const unauthorized: PageText = () =>
  "<p>This server could not verify that you\nare authorized to access the document\nrequested.  Either you supplied the wrong\ncredentials (e.g., bad password), or your\nbrowser doesn't understand how to supply\nthe credentials required.</p>\n";

const variants = (request: RequestRecord) => request.note('variant-list') ?? '';

const text =
  (fixed: string): PageText =>
  () =>
    fixed;

// httpd: modules/http/http_protocol.c get_canned_error_string
const pages: Readonly<Record<number, PageText>> = {
  300: variants,
  301: moved,
  302: moved,
  303: (_request, location) =>
    `<p>The answer to your request is located <a href="${escapeHtml(location)}">here</a>.</p>\n`,
  305: text(
    '<p>This resource is only accessible through the proxy\n<br />\nYou will need to configure your client to use that proxy.</p>\n',
  ),
  307: moved,
  308: moved,
  400: (request) =>
    `<p>Your browser sent a request that this server could not understand.<br />\n${note(request)}</p>\n`,
  401: unauthorized,
  403: (request) => withNote("<p>You don't have permission to access this resource.", request),
  404: text('<p>The requested URL was not found on this server.</p>\n'),
  405: (request) =>
    `<p>The requested method ${escapeHtml(request.method)} is not allowed for this URL.</p>\n`,
  406: (request) =>
    `<p>An appropriate representation of the requested resource could not be found on this server.</p>\n${variants(request)}`,
  407: unauthorized,
  408: text('<p>Server timeout waiting for the HTTP request from the client.</p>\n'),
  410: text(
    '<p>The requested resource is no longer available on this server and there is no forwarding address.\nPlease remove all references to this resource.</p>\n',
  ),
  411: (request) =>
    `<p>A request of the requested method ${escapeHtml(request.method)} requires a valid Content-length.<br />\n${note(request)}</p>\n`,
  412: text('<p>The precondition on the request for this URL evaluated to false.</p>\n'),
  413: (request) =>
    `The requested resource does not allow request data with ${escapeHtml(request.method)} requests, or the amount of data provided in\nthe request exceeds the capacity limit.\n`,
  414: (request) =>
    `<p>The requested URL's length exceeds the capacity\nlimit for this server.<br />\n${note(request)}</p>\n`,
  415: text(
    '<p>The supplied request data is not in a format\nacceptable for processing by this resource.</p>\n',
  ),
  416: text(
    '<p>None of the range-specifier values in the Range\nrequest-header field overlap the current extent\nof the selected resource.</p>\n',
  ),
  417: expectationFailed,
  421: text(
    '<p>The client needs a new connection for this\nrequest as the requested host name does not match\nthe Server Name Indication (SNI) in use for this\nconnection.</p>\n',
  ),
  422: text(
    '<p>The server understands the media type of the\nrequest entity, but was unable to process the\ncontained instructions.</p>\n',
  ),
  423: text(
    '<p>The requested resource is currently locked.\nThe lock must be released or proper identification\ngiven before the method can be applied.</p>\n',
  ),
  424: text(
    '<p>The method could not be performed on the resource\nbecause the requested action depended on another\naction and that other action failed.</p>\n',
  ),
  426: text(
    "<p>The requested resource can only be retrieved\nusing SSL.  The server is willing to upgrade the current\nconnection to SSL, but your client doesn't support it.\nEither upgrade your client, or try requesting the page\nusing https://\n",
  ),
  428: text('<p>The request is required to be conditional.</p>\n'),
  429: text('<p>The user has sent too many requests\nin a given amount of time.</p>\n'),
  431: (request) =>
    `<p>The server refused this request because\nthe request header fields are too large.</p>\n${note(request)}`,
  451: (request) => `<p>Access to this URL has been denied for legal reasons.<br />\n${note(request)}</p>\n`,
  501: (request) =>
    `<p>${escapeHtml(request.method)} not supported for current URL.<br />\n${note(request)}</p>\n`,
  502: (request) =>
    `<p>The proxy server received an invalid\r\nresponse from an upstream server.<br />\r\n${note(request)}</p>\n`,
  503: text(
    '<p>The server is temporarily unable to service your\nrequest due to maintenance downtime or capacity\nproblems. Please try again later.</p>\n',
  ),
  504: text(
    '<p>The gateway did not receive a timely response\nfrom the upstream server or application.</p>\n',
  ),
  506: (request) =>
    `<p>A variant for the requested resource\n<pre>\n${variants(request)}\n</pre>\nis itself a negotiable resource. This indicates a configuration error.</p>\n`,
  507: text(
    '<p>The method could not be performed on the resource\nbecause the server is unable to store the\nrepresentation needed to successfully complete the\nrequest.  There is insufficient free space left in\nyour storage allocation.</p>\n',
  ),
  508: text('<p>The server terminated an operation because\nit encountered an infinite loop.</p>\n'),
  510: text(
    '<p>A mandatory extension policy in the request is not\naccepted by the server for this resource.</p>\n',
  ),
  511: text('<p>The client needs to authenticate to gain\nnetwork access.</p>\n'),
};

function withNote(start: string, request: RequestRecord): string {
  const more = request.note('error-notes');
  return more === undefined ? `${start}</p>\n` : `${start}${more}</p>\n`;
}

function expectationFailed(request: RequestRecord): string {
  const expect = request.headersIn.get('Expect');
  const seen =
    expect === undefined
      ? '<p>No expectation was seen, the Expect request-header \nfield was not presented by the client.\n'
      : `<p>The expectation given in the Expect request-header\nfield could not be met by this server.\nThe client sent<pre>\n    Expect: ${escapeHtml(expect)}\n</pre>\n`;
  return `${seen}</p><p>Only the 100-continue expectation is supported.</p>\n`;
}

/** The page of 500 and of every status without a text of its own. */
function internalError(request: RequestRecord): string {
  const more = request.note('error-notes');
  if (more !== undefined && request.note('verbose-error-to') === '*') {
    return `${more}<p />\n`;
  }
  return `<p>The server encountered an internal error or\nmisconfiguration and was unable to complete\nyour request.</p>\n<p>Please contact the server administrator at \n ${escapeHtml(adminOf(request))} to inform them of the time this error occurred,\n and the actions you performed just before this error.</p>\n<p>More information about this error may be available\nin the server error log.</p>\n`;
}

/** A status line of a module counts only if it begins with the status. */
function titleOf(request: RequestRecord): string {
  const own = request.statusLine;
  if (own === undefined || !new RegExp(`^${request.status}(?:\\s|$)`).test(own))
    return statusLine(request.status);
  return own.length > 4 ? own : `${trimEndBlanks(own)} Unknown Reason`;
}

const documentStart =
  '<!DOCTYPE HTML PUBLIC "-//W3C//DTD HTML 4.01//EN" "http://www.w3.org/TR/html4/strict.dtd">\n<html><head>\n<title>';

/** The page for an error or redirection that nobody else words. httpd: modules/http/http_protocol.c ap_send_error_response */
export function errorPage(request: RequestRecord, recursiveError: number): Body {
  const title = titleOf(request);
  const location = request.headersOut.get('Location') ?? '';
  const text = (pages[request.status] ?? internalError)(request, location);
  const again =
    recursiveError === 0
      ? ''
      : `<p>Additionally, a ${statusLine(recursiveError)}\nerror was encountered while trying to use an ErrorDocument to handle the request.</p>\n`;
  return writtenBody([
    `${documentStart}${title}</title>\n</head><body>\n<h1>${title.slice(4)}</h1>\n`,
    text,
    again,
    signature(request, '<hr>\n'),
    '</body></html>\n',
  ]);
}
