import { trimBlanks, trimEndBlanks } from '@httpd-ts/http1';
import {
  type ConfigVector,
  type DirectiveContext,
  type DirectiveDeclaration,
  type ExpressionCaptures,
  isPattern,
  mergeSlashes,
  NOT_IN,
  nextWord,
  OVERRIDE,
  type RequestRecord,
  removeDotSegments,
  type Section,
  section,
  walkConfig,
} from '@httpd-ts/kernel';
import { missingSectionArgument, sectionArgument, unclosedSection } from './reading.ts';

type Regex = NonNullable<Section['regex']>;

type Kind = 'directory' | 'location' | 'files';

/** What the opening line of a directory-like section says it matches. */
interface Subject {
  readonly path: string;
  readonly regex?: Regex;
  readonly isPattern?: boolean;
}

interface OpeningLine {
  readonly subject: Subject;
  /** What is said of words behind the path once the content was read. */
  readonly complaint: string | undefined;
}

/** Reads `"path"` or `~ "expression"`; a text is the complaint. */
function readSubject(raw: string, cmd: DirectiveContext, kind: Kind, isMatch: boolean): OpeningLine | string {
  const whole = sectionArgument(raw);
  if (whole === undefined) return unclosedSection(cmd.name);
  if (whole === '') return missingSectionArgument(cmd.name);
  const cursor = { text: whole, at: 0 };
  let path = nextWord(cursor);
  let regex: Regex | undefined;
  if (isMatch || path === '~') {
    if (!isMatch) path = nextWord(cursor);
    const compiled = cmd.regex(path);
    if (typeof compiled === 'string') return 'Regex could not be compiled';
    regex = compiled;
  }
  const complaint =
    nextWord(cursor) === '' ? undefined : `Multiple ${cmd.name}> arguments not (yet) supported.`;
  if (regex !== undefined) return { subject: { path, regex }, complaint };
  const subject = kind === 'directory' ? directorySubject(path, cmd) : { path, isPattern: isPattern(path) };
  return { subject, complaint };
}

/** A directory as the walk meets it: absolute, clean, with a final slash. httpd: server/core.c dirsection */
function directorySubject(path: string, cmd: DirectiveContext): Subject {
  const absolute = path.startsWith('/') ? path : `${cmd.settings.serverRoot}/${path}`;
  const clean = mergeSlashes(removeDotSegments(absolute));
  const whole = clean.endsWith('/') ? clean : `${clean}/`;
  return { path: whole, isPattern: isPattern(whole) };
}

/** Declares one of the sections that hold for a part of the files or URLs. */
function directorySection(kind: Kind, isMatch: boolean, usage: string): DirectiveDeclaration {
  const isFiles = kind === 'files';
  return section({
    context: isFiles ? 'anywhere' : 'server',
    ...(isFiles ? { override: 'All' as const } : {}),
    usage,
    open(_config, raw, cmd) {
      const refused = cmd.refuseIn(
        isFiles ? NOT_IN.limit | NOT_IN.location : NOT_IN.directorySections | NOT_IN.limit,
      );
      if (refused !== undefined) return refused;
      const read = readSubject(raw, cmd, kind, isMatch);
      if (typeof read === 'string') return read;
      const { path } = read.subject;
      const records = sectionRecords();
      enclose(kind, { ...read.subject, kind, records, definedAt: cmd.node }, cmd);
      const inner = insideOverride(isFiles && cmd.path !== undefined);
      cmd.walk(cmd.node.children ?? [], { ...inner, directory: records, path });
      return read.complaint;
    },
  });
}

/** The core's record is there in any case, so that what is not inherited ends at the section. */
function sectionRecords(): ConfigVector {
  const records: ConfigVector = [];
  walkConfig.draft(records);
  return records;
}

/** Inside a section of the server's files everything is allowed; inside others what was allowed around them. */
const insideOverride = (isNested: boolean) =>
  isNested ? {} : { override: OVERRIDE.all | OVERRIDE.accessConf };

function enclose(kind: Kind, made: Section, cmd: DirectiveContext): void {
  if (kind === 'directory') cmd.server.directorySections.push(made);
  else if (kind === 'location') cmd.server.locationSections.push(made);
  else walkConfig.draft(cmd.directory).files.push(made);
}

const directoryUsage = 'Container for directives affecting resources located in the specified directories';
const locationUsage = 'Container for directives affecting resources accessed through the specified URL paths';
const filesUsage = 'Container for directives affecting files matching specified patterns';
const conditionUsage = 'Container for directives to be conditionally applied';

const strayElse = '<Else> or <ElseIf> section without previous <If> or <ElseIf> section in same scope';

/** httpd: server/core.c ifsection */
function conditionSection(chain: 'if' | 'elseif' | 'else'): DirectiveDeclaration {
  return section({
    context: 'anywhere',
    override: 'All',
    usage: conditionUsage,
    open(_config, raw, cmd) {
      const refused = cmd.refuseIn(NOT_IN.limit);
      if (refused !== undefined) return refused;
      const whole = sectionArgument(raw);
      if (whole === undefined) return unclosedSection(cmd.name);
      if (chain === 'else' ? trimBlanks(whole) !== '' : whole === '') {
        return chain === 'else' ? '<Else> does not take an argument' : missingSectionArgument(cmd.name);
      }
      const cursor = { text: whole, at: 0 };
      const path = nextWord(cursor);
      const condition = chain === 'else' ? undefined : readCondition(path, cmd);
      if (typeof condition === 'string') return condition;
      const records = sectionRecords();
      cmd.walk(cmd.node.children ?? [], {
        directory: records,
        // What stands for the path of such a section, whatever its condition.
        path: '*If',
        ...insideOverride(cmd.path !== undefined),
      });
      // What is wrong inside is said first.
      const { conditions } = walkConfig.draft(cmd.directory);
      const before = conditions.at(-1)?.chain;
      if (chain !== 'if' && (before === undefined || before === 'else')) return strayElse;
      conditions.push({
        kind: 'if',
        chain,
        path,
        ...(condition === undefined ? {} : { condition }),
        records,
        definedAt: cmd.node,
      });
      return cursor.at < trimEndBlanks(whole).length
        ? `Multiple ${cmd.name}> arguments not supported.`
        : undefined;
    },
  });
}

/** A condition that cannot be answered does not hold. httpd: server/request.c ap_if_walk_sub */
function readCondition(text: string, cmd: DirectiveContext): NonNullable<Section['condition']> | string {
  const expression = cmd.expression(text, 'boolean');
  if ('error' in expression) return `Cannot parse condition clause: ${expression.error}`;
  return (request) => {
    const captures: ExpressionCaptures = { match: undefined };
    const holds = expression.evaluate(request, captures);
    return holds instanceof Promise
      ? holds.then((later) => later ?? failed(captures, request))
      : (holds ?? failed(captures, request));
  };
}

function failed({ error }: ExpressionCaptures, request: RequestRecord): boolean {
  request.log('core', 'error', `AH00039: Failed to evaluate <If > condition: ${error}`);
  return false;
}

/** `<Directory>`, `<Files>`, `<Location>` and their kin. httpd: server/core.c dirsection, urlsection, filesection */
export const sectionDirectives = {
  '<Directory': directorySection('directory', false, directoryUsage),
  '<DirectoryMatch': directorySection('directory', true, directoryUsage),
  '<Location': directorySection('location', false, locationUsage),
  '<LocationMatch': directorySection('location', true, locationUsage),
  '<Files': directorySection('files', false, filesUsage),
  '<FilesMatch': directorySection('files', true, filesUsage),
  '<If': conditionSection('if'),
  '<ElseIf': conditionSection('elseif'),
  '<Else': conditionSection('else'),
} satisfies Record<string, DirectiveDeclaration>;
