import type { ExpressionCaptures, RequestRecord } from '@httpd-ts/kernel';
import { substituteGroups } from '../substitute-groups.ts';
import { formatHeader } from './header-format.ts';
import type { HeaderCondition, HeaderEdit } from './read-header.ts';

type Headers = RequestRecord['headersIn'];

/**
 * Carries out the lines whose time has come; gives a promise only where a condition must be waited for.
 * httpd: modules/metadata/mod_headers.c do_headers_fixup
 */
export function editHeaders(
  edits: readonly HeaderEdit[],
  headers: Headers,
  request: RequestRecord,
  when: 'early' | 'late',
  from = 0,
): undefined | Promise<undefined> {
  for (let i = from; i < edits.length; i++) {
    const edit = edits[i]!;
    if ((edit.condition === 'early') !== (when === 'early')) continue;
    const met = isMet(edit.condition, request);
    if (met instanceof Promise) {
      return met.then((holds) => {
        if (holds) editHeader(edit, headers, request);
        return editHeaders(edits, headers, request, when, i + 1);
      });
    }
    if (met) editHeader(edit, headers, request);
  }
  return undefined;
}

function isMet(condition: HeaderCondition, request: RequestRecord): boolean | Promise<boolean> {
  if (typeof condition === 'string') return true;
  if ('variable' in condition) return (request.env(condition.variable) !== undefined) === condition.wanted;
  const captures: ExpressionCaptures = { match: undefined };
  const met = condition.evaluate(request, captures);
  return met instanceof Promise
    ? met.then((later) => later ?? ignore(captures, request))
    : (met ?? ignore(captures, request));
}

/** A condition that cannot be answered counts as met. */
function ignore({ error }: ExpressionCaptures, request: RequestRecord): boolean {
  request.log('headers', 'error', `AH01501: Failed to evaluate expression (${error}) - ignoring`);
  return true;
}

/** Whether a line is about the type of the response, which is kept apart from its headers. */
const isResponseType = (name: string, headers: Headers, request: RequestRecord) =>
  headers !== request.headersIn && name.toLowerCase() === 'content-type';

function editHeader(edit: HeaderEdit, headers: Headers, request: RequestRecord): void {
  const { name, format } = edit;
  switch (edit.action) {
    case 'add':
      headers.add(name, formatHeader(format, request));
      break;
    case 'append':
      headers.merge(name, formatHeader(format, request));
      break;
    case 'merge':
      mergeHeader(headers, name, formatHeader(format, request));
      break;
    case 'setifempty':
      if (!headers.has(name)) setHeader(headers, name, formatHeader(format, request), request);
      break;
    case 'set':
      setHeader(headers, name, formatHeader(format, request), request);
      break;
    case 'unset':
      if (isResponseType(name, headers, request)) request.contentType = undefined;
      headers.unset(name);
      break;
    case 'echo':
      request.headersIn.forEach((received, value) => {
        if (edit.regex!.test(received)) request.headersOut.add(received, value);
      });
      break;
    case 'note': {
      const value = headers.get(name);
      if (value !== undefined) request.notes.set(formatHeader(format, request), value);
      break;
    }
    default:
      editValues(edit, headers, request);
  }
}

function setHeader(headers: Headers, name: string, value: string, request: RequestRecord): void {
  if (isResponseType(name, headers, request)) request.contentType = value;
  headers.set(name, value);
}

/** Adds a value to a list unless it is there. */
function mergeHeader(headers: Headers, name: string, value: string): void {
  const list = headers.get(name);
  if (list === undefined) headers.add(name, value);
  else if (!listItems(list).includes(value)) headers.merge(name, value);
}

/** Items between commas that stand in no quotes, without the blanks before them; nothing behind a last comma is none. */
function listItems(list: string): string[] {
  return Array.from(list.matchAll(/(?=.)[\t-\r ]*((?:[^",]|"[^"]*"?)*),?/gs), (match) => match[1]!);
}

/** httpd: edit_header, process_regexp */
function editValues(edit: HeaderEdit, headers: Headers, request: RequestRecord): void {
  const { name } = edit;
  if (isResponseType(name, headers, request) && request.contentType !== undefined) {
    request.contentType = editValue(edit, request.contentType, request);
  }
  const values = headers.getAll(name);
  if (values.length === 0) return;
  const edited = values.map((value) => editValue(edit, value, request));
  headers.unset(name);
  for (const value of edited) headers.add(name, value);
}

function editValue({ action, regex, format }: HeaderEdit, value: string, request: RequestRecord): string {
  let result = '';
  let rest = value;
  for (;;) {
    const match = regex!.exec(rest);
    if (match === null) return result + rest;
    const end = match.index + match[0].length;
    result += rest.slice(0, match.index) + substituteGroups(formatHeader(format, request), match);
    rest = rest.slice(end);
    if (action === 'edit') return result + rest;
    if (match[0] !== '') continue;
    // An empty match would be found at the same place again.
    if (rest === '') return result;
    result += rest[0];
    rest = rest.slice(1);
  }
}
