import {
  type ConditionExpression,
  type DirectiveContext,
  nextWord,
  type Regex,
  type RequestRecord,
  type WordCursor,
} from '@httpd-ts/kernel';

/** What a line looks at: something of the request, or headers. */
export type Attribute =
  | { readonly kind: 'special'; readonly read: (request: RequestRecord) => string | undefined }
  | { readonly kind: 'header'; readonly name: string }
  | { readonly kind: 'header-pattern'; readonly regex: Regex };

/** One SetEnvIf or BrowserMatch line. */
export interface MatchRule {
  readonly kind: 'match';
  /** In lower case; rules in a row with the same one look at the same value. */
  readonly attributeName: string;
  readonly attribute: Attribute;
  readonly regex: Regex;
  /** Whether the pattern is but a text, which values cannot refer to. */
  readonly isPlain: boolean;
  /** Undefined removes the variable. */
  readonly variables: EnvChanges;
}

type EnvChanges = ReadonlyMap<string, string | undefined>;

/** One SetEnvIfExpr line. */
export interface ExpressionRule {
  readonly kind: 'expression';
  readonly expression: ConditionExpression;
  readonly variables: EnvChanges;
}

export type EnvRule = MatchRule | ExpressionRule;

const specials: Readonly<Record<string, (request: RequestRecord) => string | undefined>> = {
  remote_addr: (request) => request.clientAddress,
  remote_host: (request) => request.connection.clientHost ?? request.clientAddress,
  request_uri: (request) => request.uri,
  request_method: (request) => request.method,
  request_protocol: (request) => request.protocol,
  server_addr: (request) => request.connection.localAddress,
};

/** SetEnvIf. A text is the complaint. httpd: modules/metadata/mod_setenvif.c add_setenvif */
export function readSetEnvIf(raw: string, caseless: boolean, cmd: DirectiveContext): EnvRule | string {
  const cursor = { text: raw, at: 0 };
  const name = nextWord(cursor);
  if (name === '') return `Missing header-field name for ${cmd.name}`;
  return readRule(name, cursor, caseless, cmd);
}

/** BrowserMatch. httpd: add_browser */
export function readBrowserMatch(raw: string, caseless: boolean, cmd: DirectiveContext): EnvRule | string {
  return readRule('User-Agent', { text: raw, at: 0 }, caseless, cmd);
}

/** SetEnvIfExpr. httpd: add_setenvifexpr */
export function readSetEnvIfExpr(raw: string, _caseless: boolean, cmd: DirectiveContext): EnvRule | string {
  const cursor = { text: raw, at: 0 };
  const text = nextWord(cursor);
  if (text === '') return `Missing expression for ${cmd.name}`;
  const expression = cmd.expression(text, 'boolean', { module: 'setenvif' });
  if ('error' in expression) return `Could not parse expression "${text}": ${expression.error}`;
  const variables = readVariables(cursor);
  if (variables.size === 0) return `Missing envariable expression for ${cmd.name}`;
  return { kind: 'expression', expression, variables };
}

/** No character of it has a meaning, or only behind a back slash; one at the end counts for nothing. httpd: non_regex_pattern */
const plainPattern = /^((?:[^\\^.$|()[\]*+?{}]|\\[\\^.$|()[\]*+?{}])*)\\?$/;

/** httpd: add_setenvif_core */
function readRule(
  name: string,
  cursor: WordCursor,
  caseless: boolean,
  cmd: DirectiveContext,
): EnvRule | string {
  const pattern = nextWord(cursor);
  if (pattern === '') return `Missing regular expression for ${cmd.name}`;
  const plain = plainPattern.exec(pattern)?.[1];
  const regex = cmd.regex(plain ?? pattern, { caseless, isPlain: plain !== undefined });
  if (typeof regex === 'string') return `${cmd.name} regex could not be compiled.`;
  const attribute = readAttribute(name, caseless, cmd);
  if (typeof attribute === 'string') return attribute;
  const variables = readVariables(cursor);
  if (variables.size === 0) return `Missing envariable expression for ${cmd.name}`;
  return {
    kind: 'match',
    attributeName: name.toLowerCase(),
    attribute,
    regex,
    isPlain: plain !== undefined,
    variables,
  };
}

function readAttribute(name: string, caseless: boolean, cmd: DirectiveContext): Attribute | string {
  const key = name.toLowerCase();
  if (Object.hasOwn(specials, key)) return { kind: 'special', read: specials[key]! };
  if (/^OID\("[0-9.a-zA-Z:_]*"\)$/i.test(name)) return { kind: 'special', read: () => undefined };
  if (/^[-A-Za-z0-9_]*$/.test(name)) return { kind: 'header', name };
  const regex = cmd.regex(name, { caseless });
  return typeof regex === 'string'
    ? `${cmd.name}Header name regex could not be compiled.`
    : { kind: 'header-pattern', regex };
}

/** `name`, `name=value` and `!name`. httpd: add_envvars */
function readVariables(cursor: WordCursor): Map<string, string | undefined> {
  const variables = new Map<string, string | undefined>();
  for (let word = nextWord(cursor); word !== ''; word = nextWord(cursor)) {
    const equals = word.indexOf('=');
    const name = equals < 0 ? word : word.slice(0, equals);
    const value = equals < 0 ? '' : word.slice(equals + 1);
    if (value !== '') variables.set(name, value.startsWith('!') ? undefined : value);
    else if (name.startsWith('!')) variables.set(name.slice(1), undefined);
    else variables.set(name, '1');
  }
  return variables;
}
