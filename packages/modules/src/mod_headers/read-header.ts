import {
  type ConditionExpression,
  type DirectiveContext,
  type ExpressionCaptures,
  nextWord,
  type Regex,
} from '@httpd-ts/kernel';
import { type HeaderFormat, readHeaderFormat } from './header-format.ts';

export type HeaderAction =
  | 'set'
  | 'setifempty'
  | 'add'
  | 'append'
  | 'merge'
  | 'unset'
  | 'echo'
  | 'edit'
  | 'edit*'
  | 'note';

/** When an action is carried out: always, before all else, or depending on a variable or an expression. */
export type HeaderCondition =
  | 'none'
  | 'early'
  | { readonly variable: string; readonly wanted: boolean }
  | ConditionExpression;

/** One Header or RequestHeader line. */
export interface HeaderEdit {
  readonly action: HeaderAction;
  readonly name: string;
  readonly format: HeaderFormat;
  /** Of echo (for names) and edit (for values). */
  readonly regex: Regex | undefined;
  readonly condition: HeaderCondition;
}

/** Which headers a line changes. */
export type HeaderPlace = 'request' | 'onsuccess' | 'always';

const actions: ReadonlySet<string> = new Set<HeaderAction>([
  'set',
  'setifempty',
  'add',
  'append',
  'merge',
  'unset',
  'echo',
  'edit',
  'edit*',
  'note',
]);

/** Reads a line's arguments; a text is the complaint, undefined says that it is left out. httpd: modules/metadata/mod_headers.c header_cmd */
export function readHeaderLine(
  raw: string,
  isRequest: boolean,
  cmd: DirectiveContext,
): { readonly place: HeaderPlace; readonly edit: HeaderEdit } | string | undefined {
  const cursor = { text: raw, at: 0 };
  let place: HeaderPlace = isRequest ? 'request' : 'onsuccess';
  let word = nextWord(cursor).toLowerCase();
  if (!isRequest && (word === 'always' || word === 'onsuccess')) {
    place = word;
    word = nextWord(cursor).toLowerCase();
  }
  const given: (string | undefined)[] = [];
  for (let i = 0; i < 4; i++) given.push(i === 0 || cursor.at < raw.length ? nextWord(cursor) : undefined);
  if (cursor.at < raw.length) return `${cmd.name} has too many arguments`;
  if (!actions.has(word)) {
    return "first argument must be 'add', 'set', 'setifempty', 'append', 'merge', 'unset', 'echo', 'note', 'edit', or 'edit*'.";
  }
  const edit = readEdit(word as HeaderAction, given, place, cmd);
  return typeof edit === 'object' ? { place, edit } : edit;
}

/** httpd: header_inout_cmd */
function readEdit(
  action: HeaderAction,
  [name = '', value, substitution, last]: readonly (string | undefined)[],
  place: HeaderPlace,
  cmd: DirectiveContext,
): HeaderEdit | string | undefined {
  let clause = last;
  let regex: Regex | string | undefined;
  let text = value;
  if (action === 'note' && place === 'request') return "RequestHeader does not support the 'note' action";
  if (action === 'edit' || action === 'edit*') {
    if (substitution === undefined) return 'Header edit requires a match and a substitution';
    regex = cmd.regex(value!);
    if (typeof regex === 'string') return 'Header edit regex could not be compiled';
    text = substitution;
  } else {
    if (last !== undefined) return 'Too many arguments to directive';
    clause = substitution;
  }
  if (action === 'unset' || action === 'echo') {
    if (value !== undefined && clause !== undefined) {
      return action === 'unset' ? 'header unset takes two arguments' : 'Header echo takes two arguments';
    }
    clause = value ?? clause;
    text = '';
    if (action === 'echo') {
      if (place === 'request') return 'Header echo only valid on Header directives';
      regex = cmd.regex(name);
      if (typeof regex === 'string') return 'Header echo regex could not be compiled';
    }
  } else if (value === undefined) return 'Header requires three arguments';
  const condition = readCondition(clause, cmd);
  if (typeof condition === 'object' && 'complaint' in condition) return condition.complaint;
  const format = text!.startsWith('expr=')
    ? readTextFormat(text!.slice(5), cmd)
    : readHeaderFormat(text!, cmd);
  if ('complaint' in format) return format.complaint;
  const header = action === 'echo' ? name : name.split(':', 1)[0]!;
  return {
    action,
    name: header,
    format,
    regex: regex as Regex | undefined,
    condition,
  };
}

function readCondition(
  clause: string | undefined,
  cmd: DirectiveContext,
): HeaderCondition | { readonly complaint: string } {
  if (clause === undefined) return 'none';
  const lower = clause.toLowerCase();
  if (lower === 'early') return 'early';
  if (lower.startsWith('env=')) {
    const wanted = clause[4] !== '!';
    const variable = clause.slice(wanted ? 4 : 5);
    if (variable !== '') return { variable, wanted };
    return {
      complaint: 'error: missing environment variable name. envclause should be in the form env=envar ',
    };
  }
  if (!lower.startsWith('expr=')) return { complaint: `Unknown parameter: ${clause}` };
  const expression = cmd.expression(clause.slice(5), 'boolean', { module: 'headers' });
  return 'error' in expression
    ? { complaint: `Can't parse envclause/expression: ${expression.error}` }
    : expression;
}

/** `expr=` in front of a value. */
function readTextFormat(text: string, cmd: DirectiveContext): HeaderFormat | { readonly complaint: string } {
  const expression = cmd.expression(text, 'string', { module: 'headers' });
  if ('error' in expression) return { complaint: `Can't parse value expression : ${expression.error}` };
  return [
    (request) => {
      const captures: ExpressionCaptures = { match: undefined };
      const value = expression.text(request, captures);
      if (value === undefined)
        request.log('headers', 'error', `AH02557: Can't evaluate value expression: ${captures.error}`);
      return value ?? '';
    },
  ];
}
