import type { ArgumentShape } from './arguments.ts';
import {
  type DirectiveDeclaration,
  type DirectiveSpec,
  declareDirective,
  type SectionSpec,
} from './directive.ts';

/** What a hook reads configuration from: a request, or a server with one of its directory configurations. */
export interface ConfigView {
  readonly server: { readonly config: ConfigVector };
  readonly directory: { readonly vector: ConfigVector };
}

/** Records of all modules for one server or one section, by slot; a hole means nothing was set there. */
export type ConfigVector = unknown[];

export interface RecordSpec<Config> {
  /** A record with nothing set. Directives write into it. */
  readonly create: () => Config;
  /** What holds inside `inner` within `outer`: a new record, neither of the two changed. */
  readonly merge: (outer: Config, inner: Config) => Config;
}

/**
 * A module's typed key to its records. A field that is undefined was not set, so the enclosing section
 * (or the main server) decides.
 */
export interface RecordKey<Config> extends RecordSpec<Config> {
  readonly slot: number;
  readonly scope: 'server' | 'directory';
  /** The record that holds for a request (or view); the shared initial one where nothing was set. Read only. */
  of(view: ConfigView): Config;
  /** The same from a vector. */
  at(vector: ConfigVector): Config;
  /** The record of a vector for writing, made when missing. */
  draft(vector: ConfigVector): Config;
  /** Whether any directive wrote a record here (used by hooks to say that they have nothing to do). */
  isSet(vector: ConfigVector): boolean;
  /** Declares a directive that writes into this record. */
  directive<Args>(spec: DirectiveSpec<Config, Args>): DirectiveDeclaration;
  /** Declares a section whose opening writes into this record. */
  section(spec: SectionSpec<Config>): DirectiveDeclaration;
}

const nextSlot = { server: 0, directory: 0 };

/** Every key made so far, by slot; merges walk over them. A slot number is an identity, as a symbol is. */
export const recordKeys: {
  readonly server: RecordKey<unknown>[];
  readonly directory: RecordKey<unknown>[];
} = { server: [], directory: [] };

function recordKey<Config>(scope: 'server' | 'directory', spec: RecordSpec<Config>): RecordKey<Config> {
  const slot = nextSlot[scope]++;
  const initial = spec.create();
  const at = (vector: ConfigVector) => (vector[slot] ?? initial) as Config;
  const draft = (vector: ConfigVector) => {
    vector[slot] ??= spec.create();
    return vector[slot] as Config;
  };
  const key: RecordKey<Config> = {
    ...spec,
    slot,
    scope,
    at,
    draft,
    of: scope === 'server' ? (view) => at(view.server.config) : (view) => at(view.directory.vector),
    isSet: (vector) => vector[slot] !== undefined,
    directive: (directive) =>
      declareDirective(directive, (cmd) => draft(scope === 'server' ? cmd.server.config : cmd.directory)),
    section: ({ open, ...rest }) =>
      declareDirective<Config, string>({ ...rest, args: rawSection, section: true, set: open }, (cmd) =>
        draft(scope === 'server' ? cmd.server.config : cmd.directory),
      ),
  };
  recordKeys[scope].push(key as RecordKey<unknown>);
  return key;
}

const rawSection: ArgumentShape<string> = { style: 'RAW_ARGS', read: (raw, _usage, each) => each(raw) };

/** A record for each directory section, merged from the outermost inwards. httpd: create_dir_config, merge_dir_config */
export function perDirectory<Config>(spec: RecordSpec<Config>): RecordKey<Config> {
  return recordKey('directory', spec);
}

/** A record for each server; a virtual host's is merged over the main server's. httpd: create_server_config */
export function perServer<Config>(spec: RecordSpec<Config>): RecordKey<Config> {
  return recordKey('server', spec);
}

/** The common merge: each field of the inner record that is set wins. */
export function innerWins<Config extends object>(outer: Config, inner: Config): Config {
  const result: Config = { ...outer };
  for (const name of Object.keys(inner) as (keyof Config)[]) {
    if (inner[name] !== undefined) result[name] = inner[name];
  }
  return result;
}

/** Declares a directive that belongs to no record. */
export function directive<Args>(spec: DirectiveSpec<undefined, Args>): DirectiveDeclaration {
  return declareDirective(spec, () => undefined);
}

/** Declares a section that belongs to no record. */
export function section(spec: SectionSpec<undefined>): DirectiveDeclaration {
  const { open, ...rest } = spec;
  return declareDirective<undefined, string>(
    { ...rest, args: rawSection, section: true, set: open },
    () => undefined,
  );
}
