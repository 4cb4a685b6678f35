import { escapeHtml, type FileInfo, lookupFile, lookupUri, type RequestRecord } from '@httpd-ts/kernel';
import { printSize } from '../print-size.ts';
import { evaluateCondition } from './conditions.ts';
import type { SsiAttribute, SsiElement } from './contract.ts';
import { decodeEntities } from './decode-entities.ts';
import { includeElement } from './include-element.ts';
import { includeTime } from './include-time.ts';
import { includeVariable, setIncludeVariable, setTimes } from './include-variables.ts';
import { relativePath } from './relative-path.ts';
import type { SsiDocument } from './ssi-document.ts';
import { type Codings, cString, recode } from './text-codings.ts';
import { valued } from './valued.ts';

/** An element of which nothing is done where it does not show; one without attributes fails. */
function shown(missing: string, least: number, element: SsiElement): SsiElement {
  return (document, attributes) => {
    const isShort = attributes.length < least;
    if (isShort) document.complain(missing, document.isPrinting ? 'error' : 'warn');
    if (!document.isPrinting) return undefined;
    if (!isShort) return element(document, attributes);
    document.fail();
    return undefined;
  };
}

/** Says what is wrong and shows that the element failed. */
function refuse(document: SsiDocument, message: string, error?: string): void {
  document.complain(message, 'error', '', error);
  document.fail();
}

function complainOfCodings(
  document: SsiDocument,
  tag: string,
  text: string,
  codings: Codings,
): string | undefined {
  const { text: coded, unknown } = recode(text, codings);
  for (const { list, name } of unknown) {
    const number = {
      echo: { decoding: 'AH01344', encoding: 'AH01345' },
      set: { decoding: 'AH01364', encoding: 'AH01365' },
    }[tag as 'echo' | 'set'][list];
    refuse(document, `${number}: unknown value "${name}" to parameter "${list}" of tag ${tag} in`);
  }
  return unknown.length > 0 ? undefined : coded;
}

/** `<!--#echo [decoding="…"] [encoding="…"] var="…" -->` httpd: handle_echo */
const echo: SsiElement = (document, attributes) => {
  const codings = { decoding: 'none', encoding: 'entity' };
  for (const { name, value } of valued(attributes)) {
    if (name === 'decoding' || name === 'encoding') codings[name] = value;
    else if (name === 'var') {
      const text = document.variable(document.expand(value));
      const coded =
        text === undefined ? document.undefinedEcho : complainOfCodings(document, 'echo', text, codings);
      if (coded === undefined) return;
      document.write(coded);
    } else {
      refuse(document, `AH01346: unknown parameter "${name}" in tag echo of`);
      return;
    }
  }
};

/** `<!--#set var="…" [decoding="…"] [encoding="…"] value="…" -->` httpd: handle_set */
const set: SsiElement = (document, attributes) => {
  const codings = { decoding: 'none', encoding: 'none' };
  let variable: string | undefined;
  for (const { name, value } of valued(attributes, 'raw')) {
    if (name === 'decoding' || name === 'encoding') codings[name] = value;
    else if (name === 'var') variable = document.expand(decodeEntities(value));
    else if (name === 'value') {
      if (variable === undefined) {
        refuse(document, 'AH01363: variable must precede value in set directive in');
        return;
      }
      const coded = complainOfCodings(document, 'set', document.expand(value), codings);
      if (coded === undefined) return;
      setIncludeVariable(document.request, variable, coded);
    } else {
      refuse(document, 'AH01366: Invalid tag for set directive in');
      return;
    }
  }
};

/** `<!--#config errmsg|echomsg|timefmt|sizefmt="…" -->` httpd: handle_config */
const config: SsiElement = (document, attributes) => {
  for (const { name, value } of valued(attributes, 'raw')) {
    const complaint = configure(document, name, value);
    if (complaint === undefined) continue;
    refuse(document, complaint);
    return;
  }
};

function configure(document: SsiDocument, name: string, value: string): string | undefined {
  if (!['errmsg', 'echomsg', 'timefmt', 'sizefmt'].includes(name))
    return `AH01349: unknown parameter "${name}" to tag config in`;
  const text = document.expand(value);
  if (name === 'errmsg') document.errorText = text;
  else if (name === 'echomsg') document.undefinedEcho = text;
  else if (name === 'timefmt') {
    document.timeFormat = text;
    setTimes(document.request, text);
  } else if (text === 'bytes' || text === 'abbrev') document.showsBytes = text === 'bytes';
  else return `AH01348: unknown value "${text}" to parameter "sizefmt" of tag config in`;
  return undefined;
}

/** Elements that tell of a file. httpd: handle_fsize, handle_flastmod */
function fileElement(tag: string, show: (document: SsiDocument, info: FileInfo) => string): SsiElement {
  return async (document, attributes) => {
    for (const { name, value } of valued(attributes)) {
      const info = await findFile(document, tag, name, document.expand(value));
      if (typeof info === 'string') {
        refuse(document, info, info.startsWith('AH02668') ? aboveRoot : undefined);
        return;
      }
      document.write(show(document, info));
    }
  };
}

/** httpd: APR_EABOVEROOT */
const aboveRoot = '(20023)The given path was above the root path';

/** httpd: find_file */
async function findFile(
  document: SsiDocument,
  tag: string,
  name: string,
  value: string,
): Promise<FileInfo | string> {
  const { request } = document;
  if (name === 'virtual') {
    const found = await lookupUri(value, request);
    return foundFile(found) ?? `AH01339: unable to get information about "${value}" in parsed file`;
  }
  if (name !== 'file') return `AH01340: unknown parameter "${name}" to tag ${tag} in`;
  const path = relativePath(value);
  if (path === undefined) return `AH02668: unable to access file "${value}" in parsed file`;
  const found = await lookupFile(path, request, 'parsed');
  return foundFile(found) ?? `AH02670: unable to lookup information about "${value}" in parsed file`;
}

const foundFile = ({ status, finfo }: RequestRecord): FileInfo | undefined =>
  status === 200 ? finfo : undefined;

const sizeOf = ({ showsBytes }: SsiDocument, { size }: FileInfo) =>
  showsBytes ? String(size).replace(/\B(?=(?:\d{3})+$)/g, ',') : printSize(size);

const timeOf = ({ request, timeFormat }: SsiDocument, { mtimeMs }: FileInfo) =>
  includeTime(request, mtimeMs, timeFormat);

/** `<!--#printenv -->` httpd: handle_printenv */
const printenv: SsiElement = (document, attributes) => {
  const { request, isPrinting, timeFormat } = document;
  const message = 'AH01367: printenv directive does not take tags in';
  if (attributes.length > 0) document.complain(message, isPrinting ? 'error' : 'warn');
  if (!isPrinting) return;
  if (attributes.length > 0) {
    document.fail();
    return;
  }
  for (const [name] of request.subprocessEnv.entries()) {
    document.write(`${escapeHtml(name)}=${escapeHtml(includeVariable(request, name, timeFormat) ?? '')}\n`);
  }
  document.flushes = true;
};

/** Numbers of the messages of an element with a condition. */
interface ConditionMessages {
  readonly tooMany: string;
  readonly missing: string;
  readonly unknown: string;
  readonly noValue: string;
}

const ifMessages: ConditionMessages = {
  tooMany: 'AH01352',
  missing: 'AH01353',
  unknown: 'AH01354',
  noValue: 'AH01355: missing expr value for if element in',
};

const elifMessages: ConditionMessages = {
  tooMany: 'AH01356',
  missing: 'AH01357',
  unknown: 'AH01358',
  noValue: 'AH01359: missing expr in elif statement:',
};

function complainOfCount(
  document: SsiDocument,
  count: number,
  { tooMany, missing }: ConditionMessages,
  shows: boolean,
) {
  if (count === 1) return;
  document.complain(
    count === 0
      ? `${missing}: missing expr argument for if element in`
      : `${tooMany}: too many arguments for if element in`,
    shows ? 'error' : 'warn',
  );
}

/** What is wrong with the attributes of a condition besides their number, or its text. */
function conditionText(
  [attribute]: readonly SsiAttribute[],
  messages: ConditionMessages,
): { readonly text: string } | { readonly complaint: string } {
  const { name, value } = attribute!;
  if (name !== 'expr') return { complaint: `${messages.unknown}: unknown parameter "${name}" to tag if in` };
  return value === undefined ? { complaint: messages.noValue } : { text: cString(value) };
}

/** Opens a branch if its condition holds. One that fails hides all up to another that holds; `else` is none then. */
async function decide(
  document: SsiDocument,
  attributes: readonly SsiAttribute[],
  messages: ConditionMessages,
): Promise<void> {
  let answer: boolean | undefined;
  if (attributes.length === 1) {
    const read = conditionText(attributes, messages);
    if ('text' in read) {
      if (document.isTaken && messages === elifMessages) {
        document.isPrinting = false;
        return;
      }
      answer = await evaluateCondition(document, read.text);
    } else document.complain(read.complaint);
  }
  if (answer === undefined) {
    document.fail();
    document.hasFailedCondition = true;
  }
  document.isPrinting = answer === true;
  document.isTaken = answer === true;
}

/** `<!--#if expr="…" -->` httpd: handle_if */
const ifElement: SsiElement = async (document, attributes) => {
  complainOfCount(document, attributes.length, ifMessages, document.isPrinting);
  if (!document.isPrinting) {
    document.depth++;
    return;
  }
  await decide(document, attributes, ifMessages);
  document.depth = 0;
};

/** `<!--#elif expr="…" -->` httpd: handle_elif */
const elifElement: SsiElement = async (document, attributes) => {
  complainOfCount(document, attributes.length, elifMessages, document.depth === 0);
  if (document.depth === 0) await decide(document, attributes, elifMessages);
};

/** `<!--#else -->` httpd: handle_else */
const elseElement: SsiElement = (document, attributes) => {
  if (attributes.length > 0)
    document.complain(
      'AH01360: else directive does not take tags in',
      document.depth === 0 ? 'error' : 'warn',
    );
  if (document.depth > 0) return;
  if (attributes.length > 0) {
    if (document.isPrinting) document.fail();
    return;
  }
  if (document.hasFailedCondition) return;
  document.isPrinting = !document.isTaken;
  document.isTaken = true;
};

/** `<!--#endif -->` httpd: handle_endif */
const endifElement: SsiElement = (document, attributes) => {
  if (attributes.length > 0)
    document.complain(
      'AH01361: endif directive does not take tags in',
      document.depth === 0 ? 'error' : 'warn',
    );
  if (document.depth > 0) {
    document.depth--;
    return;
  }
  if (attributes.length > 0) {
    document.fail();
    return;
  }
  document.isPrinting = true;
  document.isTaken = true;
  document.hasFailedCondition = false;
};

const missing = (number: string, tag: string) => `${number}: missing argument for ${tag} element in`;

/** The module's own elements. */
export const ownElements: Readonly<Record<string, SsiElement>> = {
  if: ifElement,
  set: shown(missing('AH01362', 'set'), 2, set),
  else: elseElement,
  elif: elifElement,
  echo: shown(missing('AH01343', 'echo'), 1, echo),
  endif: endifElement,
  fsize: shown(missing('AH01350', 'fsize'), 1, fileElement('fsize', sizeOf)),
  config: shown(missing('AH01347', 'config'), 1, config),
  include: shown(missing('AH01341', 'include'), 1, includeElement),
  flastmod: shown(missing('AH01351', 'flastmod'), 1, fileElement('flastmod', timeOf)),
  printenv,
};
