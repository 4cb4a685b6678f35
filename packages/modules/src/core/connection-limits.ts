import {
  type DirectiveContext,
  type DirectiveDeclaration,
  directive,
  flag,
  iterate,
  NOT_IN,
  take1,
  take12,
} from '@httpd-ts/kernel';
import { coreDirectory, coreServer } from './core-config.ts';
import { leadingInteger, leadingLong, leadingOffset, parseTimeout, wholeInteger } from './parse-number.ts';

const outside = NOT_IN.directorySections | NOT_IN.limit;

const lowRedirects = 'Limiting internal redirects to very low numbers may cause normal requests to fail.';
const lowSubrequests = 'Limiting the subrequest depth to a very low level may cause normal requests to fail.';

/** A limit on request heads; a negative number is refused. httpd: server/core.c set_limit_req_line */
function headLimit(limit: 'line' | 'fields' | 'fieldSize', usage: string, meaning = '') {
  return directive({
    args: take1,
    context: 'server',
    usage,
    notIn: outside,
    set(_config, arg, cmd) {
      const value = leadingInteger(arg);
      if (value < 0) return `${cmd.name} "${arg}" must be a non-negative integer${meaning}`;
      cmd.server.limits[limit] = value;
      return undefined;
    },
  });
}

/** A limit on request bodies, in bytes; 0 is no limit. */
function bodyLimit(field: 'requestBodyLimit' | 'xmlBodyLimit', usage: string, defaultValue: string) {
  return coreDirectory.directive({
    args: take1,
    context: 'anywhere',
    override: 'All',
    usage,
    default: defaultValue,
    set(config, arg, cmd) {
      if (field === 'requestBodyLimit' && leadingOffset(arg) === undefined)
        return `${cmd.name} argument is not parsable.`;
      const bytes = field === 'xmlBodyLimit' ? leadingLong(arg) : wholeInteger(arg);
      if (bytes === undefined || bytes < 0) return `${cmd.name} requires a non-negative integer.`;
      if (field === 'xmlBodyLimit' && bytes > highestXmlLimit) {
        return `${cmd.name} must not exceed 3074457345618258601`;
      }
      config[field] = bytes;
      return undefined;
    },
  });
}

// httpd: server/core.c AP_MAX_LIMIT_XML_BODY
const highestXmlLimit = Number(3_074_457_345_618_258_601n);

const methodsExclude = "HttpProtocolOptions 'RegisteredMethods' and 'LenientMethods' are mutually exclusive";
const versionsExclude = "HttpProtocolOptions 'Allow0.9' and 'Require1.0' are mutually exclusive";
const strictnessExcludes = "HttpProtocolOptions 'Strict' and 'Unsafe' are mutually exclusive";

/** httpd: server/core.c set_http_protocol_options */
function setProtocolOption(word: string, cmd: DirectiveContext): string | undefined {
  const { limits } = cmd.server;
  const given = (field: 'strict' | 'lenientMethods' | 'allow09', value: boolean, clash: string) => {
    if (limits[field] !== undefined && limits[field] !== value) return clash;
    limits[field] = value;
    return undefined;
  };
  switch (word.toLowerCase()) {
    case 'allow0.9':
      return given('allow09', true, versionsExclude);
    case 'require1.0':
      return given('allow09', false, versionsExclude);
    case 'strict':
      return given('strict', true, strictnessExcludes);
    case 'unsafe':
      return given('strict', false, strictnessExcludes);
    case 'registeredmethods':
      return given('lenientMethods', false, methodsExclude);
    case 'lenientmethods':
      return given('lenientMethods', true, methodsExclude);
    default:
      return "HttpProtocolOptions accepts 'Unsafe' or 'Strict' (default), 'RegisteredMethods' or 'LenientMethods' (default), and 'Require1.0' or 'Allow0.9' (default)";
  }
}

/** Names of RegisterHttpMethod, for all servers. */
export const registeredMethodsKey = { name: 'registered methods' };

/** How long and how large requests may be, and how long connections are kept. */
export const limitDirectivesOfServers = {
  Timeout: directive({
    args: take1,
    context: 'server',
    usage: 'Timeout duration (sec)',
    default: '60',
    notIn: outside,
    set(_config, arg, cmd) {
      cmd.server.timeoutMs = leadingInteger(arg) * 1000;
    },
  }),
  KeepAlive: directive({
    args: flag,
    context: 'server',
    usage: 'Whether persistent connections should be On or Off',
    default: 'On',
    notIn: outside,
    set(_config, on, cmd) {
      cmd.server.keepAlive = on;
    },
  }),
  KeepAliveTimeout: directive({
    args: take1,
    context: 'server',
    usage: 'Keep-Alive timeout duration (sec)',
    default: '5',
    notIn: outside,
    set(_config, arg, cmd) {
      const timeoutMs = parseTimeout(arg);
      if (timeoutMs === undefined || timeoutMs < 0) return 'KeepAliveTimeout has wrong format';
      cmd.server.keepAliveTimeoutMs = timeoutMs;
      return undefined;
    },
  }),
  MaxKeepAliveRequests: directive({
    args: take1,
    context: 'server',
    usage: 'Maximum number of Keep-Alive requests per connection, or 0 for infinite',
    default: '100',
    notIn: outside,
    set(_config, arg, cmd) {
      cmd.server.keepAliveMax = leadingInteger(arg);
    },
  }),
  LimitRequestLine: headLimit('line', 'Limit on maximum size of an HTTP request line'),
  LimitRequestFields: headLimit(
    'fields',
    'Limit (0 = unlimited) on max number of header fields in a request message',
    ' (0 = no limit)',
  ),
  LimitRequestFieldsize: headLimit('fieldSize', 'Limit on maximum size of an HTTP request header field'),
  LimitRequestBody: bodyLimit(
    'requestBodyLimit',
    'Limit (in bytes) on maximum size of request message body',
    '1073741824',
  ),
  LimitXMLRequestBody: bodyLimit(
    'xmlBodyLimit',
    'Limit (in bytes) on maximum size of an XML-based request body',
    '1000000',
  ),
  LimitInternalRecursion: coreServer.directive({
    args: take12,
    context: 'server',
    usage: 'maximum recursion depth of internal redirects and subrequests',
    default: '10',
    set(config, [redirects, subrequests], cmd) {
      const first = leadingInteger(redirects);
      const second = subrequests === undefined ? first : leadingInteger(subrequests);
      if (first <= 0) return 'The recursion limit must be greater than zero.';
      if (first < 4) cmd.warn(`[core:warn] AH00119: ${lowRedirects}`);
      if (second <= 0) return 'The recursion limit must be greater than zero.';
      if (second < 4 && subrequests !== undefined) cmd.warn(`[core:warn] AH00120: ${lowSubrequests}`);
      config.redirectLimit = first;
      config.subrequestLimit = second;
      return undefined;
    },
  }),
  HttpProtocolOptions: directive({
    args: iterate,
    context: 'server',
    usage:
      "'Allow0.9' or 'Require1.0' (default); 'RegisteredMethods' or 'LenientMethods' (default); 'Unsafe' or 'Strict' (default). Sets HTTP acceptance rules",
    default: 'Strict LenientMethods Allow0.9',
    notIn: outside,
    set: (_config, word, cmd) => setProtocolOption(word, cmd),
  }),
  RegisterHttpMethod: directive({
    args: iterate,
    context: 'server',
    usage: 'Registers non-standard HTTP methods',
    notIn: NOT_IN.anySection,
    set(_config, method, cmd) {
      cmd.memory(registeredMethodsKey, () => new Set<string>()).add(method);
      const { limits } = cmd.server;
      limits.methods = [...(limits.methods ?? []), method];
    },
  }),
  MergeTrailers: directive({
    args: flag,
    context: 'server',
    usage: 'merge request trailers into request headers or not',
    default: 'Off',
    set(_config, on, cmd) {
      cmd.server.limits.mergeTrailers = on;
    },
  }),
} satisfies Record<string, DirectiveDeclaration>;
