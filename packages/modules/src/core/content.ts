import {
  asciiLowerCase,
  type DirectiveDeclaration,
  type ExpressionCaptures,
  flag,
  type HookStatus,
  inputFilters,
  NOT_IN,
  OK,
  outputFilters,
  type ProviderRegistry,
  type RequestRecord,
  type TextExpression,
  take1,
  take2,
  walkConfig,
} from '@httpd-ts/kernel';
import { type CoreDirectoryConfig, coreDirectory } from './core-config.ts';

type TextField = 'forceType' | 'outputFilters' | 'inputFilters';

/** A directive that keeps its one word. `none` counts as a value: it undoes what an enclosing section says. */
function wordDirective(field: TextField, usage: string, lowerCase: boolean) {
  return coreDirectory.directive<string>({
    args: take1,
    context: 'anywhere',
    override: 'FileInfo',
    usage,
    set(config, word) {
      config[field] = lowerCase ? word.toLowerCase() : word;
    },
  });
}

function onOff(field: 'enableMmap' | 'enableSendfile', usage: string, reason: string) {
  return coreDirectory.directive<string>({
    args: take1,
    context: 'anywhere',
    override: 'FileInfo',
    usage,
    support: { accepted: reason },
    set(config: CoreDirectoryConfig, word) {
      const mode = word.toLowerCase();
      if (mode !== 'on' && mode !== 'off') return "parameter must be 'on' or 'off'";
      config[field] = mode === 'on';
      return undefined;
    },
  });
}

/** ForceType, SetHandler and AcceptPathInfo overrule what other modules found. httpd: server/core.c core_override_type */
export function overrideType(request: RequestRecord): HookStatus {
  const { forceType, handler } = coreDirectory.of(request);
  if (forceType !== undefined && forceType !== 'none') request.contentType = forceType;
  if (typeof handler === 'object') {
    const status = computeHandler(handler, request);
    if (status !== OK) return status;
  } else if (handler !== undefined && handler !== 'none') request.handlerName = handler;
  const { acceptPathInfo } = walkConfig.of(request);
  if (acceptPathInfo !== undefined) request.usedPathInfo = acceptPathInfo;
  return OK;
}

/** A name that is not that of a proxy is in lower case. */
const handlerName = (word: string) => (word.startsWith('proxy:') ? word : asciiLowerCase(word));

function computeHandler(expression: TextExpression, request: RequestRecord): HookStatus {
  const captures: ExpressionCaptures = { match: undefined };
  const value = expression.text(request, captures);
  if (value === undefined) {
    request.log('core', 'error', `AH03154: Can't evaluate handler expression: ${captures.error}`);
    return 500;
  }
  const name = handlerName(value);
  if (name !== 'none') request.handlerName = name;
  return OK;
}

/** Whether `overrideType` has anything to do. */
export function overridesType(view: Parameters<typeof coreDirectory.of>[0]): boolean {
  const { forceType, handler } = coreDirectory.of(view);
  return forceType !== undefined || handler !== undefined || walkConfig.of(view).acceptPathInfo !== undefined;
}

const names = (list: string) => list.split(';').filter((name) => name !== '');

/** Adds the filters of SetOutputFilter and SetInputFilter. httpd: server/core.c core_insert_filter */
export function insertNamedFilters(request: RequestRecord): void {
  const config = coreDirectory.of(request);
  const { providers } = request.server.plan;
  for (const name of names(config.outputFilters ?? '')) addOutputFilter(request, providers, name);
  for (const name of names(config.inputFilters ?? '')) {
    const filter = providers.find(inputFilters, name.toLowerCase());
    if (filter === undefined) unknownFilter(request, name);
    else filter.apply(request);
  }
}

/** Adds an output filter by name; an unknown one is reported, as in httpd. */
function addOutputFilter(request: RequestRecord, providers: ProviderRegistry, name: string): void {
  const filter = providers.find(outputFilters, name.toLowerCase());
  if (filter === undefined) unknownFilter(request, name);
  else request.addOutputFilter(filter);
}

function unknownFilter(request: RequestRecord, name: string): void {
  request.log('core', 'error', `AH00082: an unknown filter was not added: ${name}`);
}

/** Whether `insertNamedFilters` has anything to do. */
export function setsFilters(view: Parameters<typeof coreDirectory.of>[0]): boolean {
  const config = coreDirectory.of(view);
  return config.outputFilters !== undefined || config.inputFilters !== undefined;
}

const needsCharset = /^(?:text\/plain|text\/html)/i;

/** Content type with the charset of AddDefaultCharset where it is due. httpd: server/core.c ap_make_content_type */
export function contentTypeWithCharset(request: RequestRecord, type: string): string {
  const charset = coreDirectory.of(request).defaultCharset;
  if (charset === undefined || charset === null || !needsCharset.test(type) || /charset=/i.test(type))
    return type;
  if (request.status >= 300 && request.env('suppress-error-charset') !== undefined) return type;
  return `${type}; charset=${charset}`;
}

const noMapping = 'files are sent by the system calls that suit them';

/** What files are: types, handlers, filters, charsets. */
export const contentDirectives = {
  ForceType: wordDirective('forceType', 'a mime type that overrides other configured type', true),
  SetHandler: coreDirectory.directive({
    args: take1,
    context: 'anywhere',
    override: 'FileInfo',
    usage: 'a handler name that overrides any other configured handler',
    set(config, word, cmd) {
      const expression = cmd.expression(word, 'string');
      if ('error' in expression) return `Can't parse expression : ${expression.error}`;
      const { constant } = expression;
      config.handler = constant === undefined ? expression : handlerName(constant);
      return undefined;
    },
  }),
  SetOutputFilter: wordDirective(
    'outputFilters',
    'filter (or ; delimited list of filters) to be run on the request content',
    false,
  ),
  SetInputFilter: wordDirective(
    'inputFilters',
    'filter (or ; delimited list of filters) to be run on the request body',
    false,
  ),
  DefaultType: coreDirectory.directive({
    args: take1,
    context: 'anywhere',
    override: 'FileInfo',
    usage: 'the default media type for otherwise untyped files (DEPRECATED)',
    support: { accepted: 'has had no effect in Apache since 2.4' },
    set(_config, type, cmd) {
      const { line, file } = cmd.node;
      if (type.toLowerCase() !== 'none') {
        cmd.warn(`[core:warn] AH00117: Ignoring deprecated use of DefaultType in line ${line} of ${file}.`);
      }
    },
  }),
  AddDefaultCharset: coreDirectory.directive({
    args: take1,
    context: 'anywhere',
    override: 'FileInfo',
    usage: "The name of the default charset to add to any Content-Type without one or 'Off' to disable",
    default: 'Off',
    set(config, word) {
      const lower = word.toLowerCase();
      config.defaultCharset = lower === 'off' ? null : lower === 'on' ? 'iso-8859-1' : word;
    },
  }),
  AcceptPathInfo: walkConfig.directive({
    args: take1,
    context: 'anywhere',
    override: 'FileInfo',
    usage:
      'Set to on or off for PATH_INFO to be accepted by handlers, or default for the per-handler preference',
    default: 'Default',
    set(config, word) {
      const mode = ({ on: 'accept', off: 'reject', default: 'default' } as const)[word.toLowerCase()];
      if (mode === undefined) return 'AcceptPathInfo must be set to on, off or default';
      config.acceptPathInfo = mode;
      return undefined;
    },
  }),
  AllowEncodedSlashes: walkConfig.directive({
    args: take1,
    context: 'server',
    usage: "Allow URLs containing '/' encoded as '%2F'",
    default: 'Off',
    notIn: NOT_IN.directorySections | NOT_IN.limit,
    set(config, word) {
      const mode = ({ on: 'decode', off: 'refuse', nodecode: 'keep' } as const)[word.toLowerCase()];
      if (mode === undefined) return 'AllowEncodedSlashes must be On, Off, or NoDecode';
      config.encodedSlashes = mode;
      return undefined;
    },
  }),
  ContentDigest: coreDirectory.directive({
    args: flag,
    context: 'anywhere',
    override: 'Options',
    usage: 'whether or not to send a Content-MD5 header with each request',
    default: 'Off',
    set(config, on) {
      config.contentDigest = on;
    },
  }),
  EnableMMAP: onOff('enableMmap', 'Controls whether memory-mapping may be used to read files', noMapping),
  EnableSendfile: onOff(
    'enableSendfile',
    'Controls whether sendfile may be used to transmit files',
    noMapping,
  ),
  QualifyRedirectURL: coreDirectory.directive({
    args: flag,
    context: 'anywhere',
    override: 'FileInfo',
    usage: 'Controls whether the REDIRECT_URL environment variable is fully qualified',
    default: 'Off',
    set(config, on) {
      config.qualifyRedirectUrl = on;
    },
  }),
  CGIPassAuth: coreDirectory.directive({
    args: flag,
    context: 'anywhere',
    override: 'AuthConfig',
    usage: 'Controls whether HTTP authorization headers, normally hidden, will be passed to scripts',
    default: 'Off',
    set(config, on) {
      config.cgiPassAuth = on;
    },
  }),
  CGIVar: coreDirectory.directive({
    args: take2,
    context: 'anywhere',
    override: 'FileInfo',
    usage: 'Controls how some CGI variables are set',
    set: setCgiVariable,
  }),
} satisfies Record<string, DirectiveDeclaration>;

function setCgiVariable(
  config: CoreDirectoryConfig,
  [name, rule]: readonly [string, string],
): string | undefined {
  if (name.toUpperCase() !== 'REQUEST_URI') return `Unrecognized CGI variable: "${name}"`;
  const lower = rule.toLowerCase();
  if (lower !== 'current-uri' && lower !== 'original-uri') {
    return `Valid rules for ${name} are 'current-uri' and 'original-uri'`;
  }
  config.cgiRequestUri = lower;
  return undefined;
}
