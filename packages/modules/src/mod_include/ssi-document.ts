import { effectiveOptions, OPTIONS, type PullSource, type RequestRecord, walkConfig } from '@httpd-ts/kernel';
import { defaults, includeConfig } from './config.ts';
import { includeVariable } from './include-variables.ts';

/** The groups of the last pattern of a condition. httpd: backref_t */
export interface Groups {
  /** Undefined where it did not match. */
  match: readonly (string | undefined)[] | undefined;
  hasMatched: boolean;
  count: number;
  source: string | undefined;
}

const documentOfRequest = { name: 'parsed document' };

/** The document that a request is parsed as. */
export const documentOf = (request: RequestRecord): SsiDocument | undefined =>
  request.state(documentOfRequest);

/** A document while it is parsed. httpd: include_ctx_t */
export class SsiDocument {
  readonly request: RequestRecord;
  /** What was made and not passed on yet; undefined when there is nothing, not even a text without a character. */
  output: string | undefined = undefined;
  /** Passes on what there is before it goes on. */
  flushes = false;

  /** Text and elements come through, as no condition holds them back. */
  isPrinting = true;
  /** A branch of the present condition was taken. */
  isTaken = true;
  /** The present condition, or one of its branches, could not be understood. */
  hasFailedCondition = false;
  /** Conditions that were opened inside of what is held back. */
  depth = 0;

  errorText: string;
  timeFormat: string;
  undefinedEcho: string;
  showsBytes = false;
  readonly mayExecute: boolean;
  readonly legacyExpressions: boolean;
  groups: Groups | undefined = undefined;
  /** A body inside of this one that is being passed on. */
  inner: PullSource | undefined = undefined;

  constructor(request: RequestRecord) {
    const config = includeConfig.of(request);
    this.request = request;
    this.errorText = config.errorText ?? defaults.errorText;
    this.timeFormat = config.timeFormat ?? defaults.timeFormat;
    this.undefinedEcho = config.undefinedEcho ?? defaults.undefinedEcho;
    this.legacyExpressions = config.legacyExpressions ?? false;
    this.mayExecute = (effectiveOptions(walkConfig.of(request)) & OPTIONS.includesWithExec) !== 0;
    request.setState(documentOfRequest, this);
  }

  write(text: string): void {
    this.output = (this.output ?? '') + text;
  }

  /** Shows that an element failed. httpd: SSI_CREATE_ERROR_BUCKET */
  fail(): void {
    this.write(this.errorText);
  }

  /** Logs what is wrong: a text, the name of the file, and what is to stand behind that. */
  complain(message: string, level: 'error' | 'warn' = 'error', ending = '', error?: string): void {
    const { request } = this;
    request.log('include', level, `${message} ${request.filename ?? ''}${ending}`, error);
  }

  /** A variable, or a group of the last pattern. httpd: get_include_var */
  variable(name: string): string | undefined {
    return /^\d$/.test(name)
      ? this.#group(Number(name))
      : includeVariable(this.request, name, this.timeFormat);
  }

  #group(number: number): string | undefined {
    const { groups } = this;
    if (groups?.hasMatched !== true) {
      this.complain(`AH01329: regex capture $${number} refers to no regex in`, 'warn');
      return undefined;
    }
    if (number > groups.count) {
      const last = groups.source ?? '(null)';
      this.complain(
        `AH01330: regex capture $${number} is out of range (last regex was: '${last}') in`,
        'warn',
      );
      return undefined;
    }
    return groups.match?.[number];
  }

  /**
   * Puts variables in their places: `$name`, `${name}`; `\$` is a dollar. `unknown` says what becomes of those that are
   * not set. httpd: ap_ssi_parse_string
   */
  expand(text: string, unknown: 'dropped' | 'kept' = 'dropped'): string {
    let result = '';
    let at = 0;
    for (;;) {
      const special = text.slice(at).search(/[\\$]/);
      if (special < 0) return result + text.slice(at);
      result += text.slice(at, at + special);
      at += special;
      if (text[at] === '\\') {
        const isEscape = text[at + 1] === '$';
        result += isEscape ? '$' : '\\';
        at += isEscape ? 2 : 1;
        continue;
      }
      const braced = text[at + 1] === '{';
      const start = at + (braced ? 2 : 1);
      const end = braced ? text.indexOf('}', start) : start + /^\w*/.exec(text.slice(start))![0].length;
      if (end < 0) {
        this.complain(`AH01331: Missing '}' on variable "${text.slice(start)}" in`);
        return result;
      }
      if (end === start) {
        result += '$';
        at++;
        continue;
      }
      const value = this.variable(text.slice(start, end));
      result += value ?? (unknown === 'kept' ? text.slice(at, end) : '');
      at = braced ? end + 1 : end;
    }
  }
}
