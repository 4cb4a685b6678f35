import type { DirectiveContext, RequestRecord } from '@httpd-ts/kernel';

/** Whether a provider is for a response. */
export type Condition = (request: RequestRecord) => boolean;

type Text = (request: RequestRecord) => string;

/** A condition, nothing where the expression needs more than is known here, or PCRE2's complaint about a pattern. */
export type ReadCondition = { readonly condition: Condition } | { readonly complaint: string } | undefined;

const token =
  /\s*(?:(%\{[^}]*\})|(\w+)\s*\(\s*('[^']*'|"[^"]*")\s*\)|('[^'\\%]*'|"[^"\\%]*")|(m#[^#]*#i?|\/[^/]*\/i?)|(=~|!~|==?|!=|&&|\|\||!|\(|\))|(true|false))/y;

const variables: Readonly<Record<string, Text>> = {
  content_type: ({ contentType }) => contentType ?? '',
  request_uri: ({ uri }) => uri,
  request_method: ({ method }) => method,
  request_filename: ({ filename }) => filename ?? '',
  query_string: ({ args }) => args ?? '',
  http_host: ({ headersIn }) => headersIn.get('Host') ?? '',
  http_user_agent: ({ headersIn }) => headersIn.get('User-Agent') ?? '',
  request_status: ({ status }) => String(status),
  handler: ({ handlerName }) => handlerName ?? '',
};

const functions: Readonly<Record<string, (name: string) => Text>> = {
  req:
    (name) =>
    ({ headersIn }) =>
      headersIn.get(name) ?? '',
  http:
    (name) =>
    ({ headersIn }) =>
      headersIn.get(name) ?? '',
  resp: responseHeader,
  env: (name) => (request) => request.env(name) ?? '',
  reqenv: (name) => (request) => request.env(name) ?? '',
  note: (name) => (request) => request.note(name) ?? '',
};

/** The type is a header that is made later. */
function responseHeader(name: string): Text {
  const isType = name.toLowerCase() === 'content-type';
  return ({ headersOut, contentType }) => (isType ? contentType : undefined) ?? headersOut.get(name) ?? '';
}

interface Token {
  readonly text: string;
  readonly value?: Text;
}

/** The words of the expression, or nothing if some part of it is not among those known here. */
function tokens(expression: string): Token[] | undefined {
  const list: Token[] = [];
  const rest = expression.trimEnd();
  token.lastIndex = 0;
  while (token.lastIndex < rest.length) {
    const match = token.exec(rest);
    if (match === null) return undefined;
    const [, variable, name, argument, literal] = match;
    const text = match[0].trim();
    if (variable !== undefined) {
      const value = variableText(variable.slice(2, -1));
      if (value === undefined) return undefined;
      list.push({ text, value });
    } else if (name !== undefined) {
      const make = functions[name.toLowerCase()];
      if (make === undefined) return undefined;
      list.push({ text, value: make(argument!.slice(1, -1)) });
    } else list.push(literal === undefined ? { text } : { text, value: constant(literal.slice(1, -1)) });
  }
  return list;
}

const constant =
  (text: string): Text =>
  () =>
    text;

function variableText(name: string): Text | undefined {
  const colon = name.indexOf(':');
  if (colon < 0) return variables[name.toLowerCase()];
  return functions[name.slice(0, colon).toLowerCase()]?.(name.slice(colon + 1));
}

/**
 * Reads the part of the expression language that dispatch conditions are usually written in: comparisons of texts and
 * patterns, joined by `&&`, `||`, `!` and parentheses.
 */
export function readCondition(expression: string, cmd: DirectiveContext): ReadCondition {
  const list = tokens(expression);
  if (list === undefined) return undefined;
  let at = 0;
  let complaint: string | undefined;
  const isNext = (text: string) => list[at]?.text === text && ++at > 0;

  const either = (): Condition | undefined => {
    let left = both();
    while (left !== undefined && isNext('||')) left = joined(left, both(), (a, b) => a || b);
    return left;
  };
  const both = (): Condition | undefined => {
    let left = single();
    while (left !== undefined && isNext('&&')) left = joined(left, single(), (a, b) => a && b);
    return left;
  };
  const single = (): Condition | undefined => {
    if (isNext('!')) {
      const inner = single();
      return inner && ((request) => !inner(request));
    }
    if (isNext('(')) {
      const inner = either();
      return isNext(')') ? inner : undefined;
    }
    if (isNext('true')) return () => true;
    return isNext('false') ? () => false : comparison();
  };
  const comparison = (): Condition | undefined => {
    const left = list[at++]?.value;
    const operator = list[at++]?.text;
    const right = list[at++];
    if (left === undefined || operator === undefined || right === undefined) return undefined;
    if (operator === '=~' || operator === '!~') return patternTest(left, operator, right.text);
    const other = right.value;
    if (other === undefined) return undefined;
    if (operator === '=' || operator === '==') return (request) => left(request) === other(request);
    return operator === '!=' ? (request) => left(request) !== other(request) : undefined;
  };
  const patternTest = (left: Text, operator: string, written: string): Condition | undefined => {
    const match = /^(?:m#([^#]*)#|\/([^/]*)\/)(i?)$/.exec(written);
    if (match === null) return undefined;
    const regex = cmd.regex(match[1] ?? match[2]!, { caseless: match[3] === 'i' });
    if (typeof regex === 'string') {
      complaint = regex;
      return undefined;
    }
    return (request) => regex.test(left(request)) === (operator === '=~');
  };

  const condition = either();
  if (complaint !== undefined) return { complaint };
  return condition === undefined || at < list.length ? undefined : { condition };
}

function joined(
  left: Condition,
  right: Condition | undefined,
  join: (a: boolean, b: boolean) => boolean,
): Condition | undefined {
  return right && ((request) => join(left(request), right(request)));
}
