import {
  type CompileResult,
  compile,
  Defines,
  type Diagnostic,
  everyOption,
  type ModuleDefinition,
  OVERRIDE,
  type ResolvedNode,
  resolve,
  type ServedPlan,
  type Settings,
  type World,
} from '@httpd-ts/kernel';
import { type ConfigFile, parseConfig } from '@httpd-ts/syntax';
import { allRules } from './all-rules.ts';
import { diagnosticExplainer } from './explain-diagnostic.ts';
import type { Finding, Severity } from './finding.ts';
import { htaccessPlan } from './htaccess-plan.ts';
import { neededOverrides } from './needed-overrides.ts';
import type { Configuration } from './rule.ts';
import { runRules } from './run-rules.ts';
import { sourceFiles } from './source-files.ts';
import { statementsOf } from './statements.ts';

/** A configuration to check. */
export interface CheckInput {
  readonly world: World;
  readonly serverRoot: string;
  /** Absolute. */
  readonly configFile: string;
  /** Files that are read behind it as parts of the same configuration. */
  readonly furtherFiles?: readonly string[];
  readonly isHtaccess?: boolean;
  /** All modules there are. */
  readonly modules: readonly ModuleDefinition[];
  /** Names of modules taken as loaded where the configuration loads none. */
  readonly assumeModules: readonly string[];
  /** True: also where it loads some, but none that runs the processes, so that it is a part of a configuration. */
  readonly assumesBeside?: boolean;
  readonly defines?: readonly string[];
  /** Severities that differ from those the rules have, by rule name. */
  readonly severities?: Readonly<Record<string, Severity | 'off'>>;
  /** True where the files are a part of another machine's: what is not there may be there. */
  readonly isPartial?: boolean;
  /** False: what Apache says, and nothing else. */
  readonly lints?: boolean;
  readonly onFile?: (file: ConfigFile) => void;
}

/** What there is to say on a configuration. */
export interface CheckResult {
  /** What httpd says in its order, then what the rules found in file order. */
  readonly findings: readonly Finding[];
  readonly files: number;
  readonly kind: Configuration['kind'];
}

/**
 * Checks a configuration: httpd's verdict and first message, every further error, and what the lint rules find.
 * Never throws for a bad configuration.
 */
export async function checkConfiguration(input: CheckInput): Promise<CheckResult> {
  try {
    return await (input.isHtaccess ? checkHtaccess(input) : checkServer(input));
  } catch (error) {
    // What overflows the stack is the input, at every stage; anything else is a fault of ours.
    if (!(error instanceof RangeError)) throw error;
    return { findings: [tooDeep(input)], files: 1, kind: 'whole' };
  }
}

function tooDeep({ configFile, world }: CheckInput): Finding {
  const text = world.files.readText(configFile);
  return {
    severity: 'error',
    stage: 'reading',
    origin: 'lint',
    code: 'too-deeply-nested',
    text: 'sections are nested too deeply to be checked',
    file: configFile,
    line: typeof text === 'string' ? undefined : deepestLine(text.text),
  };
}

/** The line that opens the innermost section. */
function deepestLine(text: string): number | undefined {
  let depth = 0;
  let deepest = 0;
  let found: number | undefined;
  for (const [i, line] of text.split('\n').entries()) {
    const start = /^[\t ]*<(\/?)/.exec(line);
    if (start === null) continue;
    depth += start[1] === '' ? 1 : -1;
    if (depth <= deepest) continue;
    deepest = depth;
    found = i + 1;
  }
  return found;
}

const newSettings = ({ serverRoot, configFile, defines = [] }: CheckInput): Settings => ({
  serverRoot,
  defaultRuntimeDir: undefined,
  defines: new Defines(defines.map((name) => [name, undefined])),
  checkOnly: true,
  configFile,
});

function read(input: CheckInput, assumeModules: readonly string[]) {
  const { world, modules, configFile, furtherFiles = [] } = input;
  const files: ConfigFile[] = [];
  const settings = newSettings(input);
  const onFile = (file: ConfigFile) => {
    files.push(file);
    input.onFile?.(file);
  };
  const options = { furtherFiles, assumeModules, findAllErrors: true, onFile };
  return { settings, files, resolved: resolve({ world, settings, modules, configFile, ...options }) };
}

async function checkServer(input: CheckInput): Promise<CheckResult> {
  const { assumeModules } = input;
  if (assumeModules.length > 0 && isPlainFragment(input))
    return finish(input, read(input, assumeModules), true);
  let reading = read(input, []);
  const { modules: found } = reading.resolved;
  const isPart = input.assumesBeside === true && !found.some(isMpm);
  const loadsNone = isPart || (found.every(({ isStatic }) => isStatic) && !mentionsLoadModule(reading.files));
  if (loadsNone && assumeModules.length > 0) reading = read(input, assumeModules);
  return finish(input, reading, loadsNone);
}

/** Whether the files given neither load a module nor read other files, so that they need not be read to know. */
function isPlainFragment({ world, configFile, furtherFiles = [] }: CheckInput): boolean {
  return [configFile, ...furtherFiles].every((path) => {
    const content = world.files.readText(path);
    return typeof content === 'object' && !/^[ \t]*"?(?:LoadModule|Include|Use)/im.test(content.text);
  });
}

function finish(
  input: CheckInput,
  reading: ReturnType<typeof read>,
  loadsNone: boolean,
): Promise<CheckResult> {
  const { world, modules: available } = input;
  const { settings, files, resolved } = reading;
  const { tree, memory, modules } = resolved;
  const wasRead = !hasError(resolved.diagnostics);
  const compiled = compile({ tree, settings, world, modules, memory });
  // What httpd finds last depends on all that it did not get to.
  const later = wasRead
    ? compiled.diagnostics
    : compiled.diagnostics.filter(({ stage }) => stage === 'processing');
  const facts = { input, files, tree, modules, available };
  return report(
    { ...facts, kind: loadsNone ? 'fragment' : 'whole', compiled: wasRead ? compiled : undefined },
    [...resolved.diagnostics, ...later, ...unsupportedUses(compiled.unsupported)],
  );
}

const isMpm = ({ identifier }: ModuleDefinition) => identifier.startsWith('mpm_');

const mentionsLoadModule = (files: readonly ConfigFile[]) =>
  files.some(({ text }) => /^[ \t]*LoadModule[ \t]/im.test(text));

function checkHtaccess(input: CheckInput): Promise<CheckResult> {
  const { world, modules: available, configFile, assumeModules } = input;
  const settings = newSettings(input);
  const modules = available.filter(({ isStatic, name }) => isStatic || assumeModules.includes(name));
  const { plan, compilation } = compile({ tree: [], settings, world, modules });
  const content = world.files.readText(configFile);
  const text = typeof content === 'string' ? '' : content.text;
  const file = parseConfig(text, configFile);
  const directory = configFile.slice(0, configFile.lastIndexOf('/') + 1);
  const result = plan?.compileHtaccess({
    server: compilation.mainServer,
    directory,
    file: configFile,
    text,
    override: OVERRIDE.all,
    overrideList: undefined,
    overrideOptions: everyOption,
    findAllErrors: true,
  });
  const tree = result?.tree ?? [];
  const found: Diagnostic[] = [
    ...(result?.diagnostics ?? []),
    ...unsupportedUses(result?.unsupported ?? [], 'each request that meets this line is answered 500'),
  ];
  if (typeof content === 'string') {
    found.push({
      severity: 'error',
      stage: 'reading',
      text: `Could not open configuration file ${configFile}`,
    });
  }
  const overrides = neededOverrides(tree, available, configFile);
  const facts = { input, files: [file], tree, modules, available };
  const asked = hasError(found) ? undefined : htaccessPlan(world, configFile, available, assumeModules);
  return report({ ...facts, kind: 'htaccess', compiled: undefined, plan: asked }, found, overrides);
}

interface Facts {
  readonly input: CheckInput;
  readonly files: readonly ConfigFile[];
  readonly tree: readonly ResolvedNode[];
  readonly modules: readonly ModuleDefinition[];
  readonly available: readonly ModuleDefinition[];
  readonly kind: Configuration['kind'];
  readonly compiled: CompileResult | undefined;
  /** Where it is not that of `compiled`. */
  readonly plan?: ServedPlan | undefined;
}

async function report(
  facts: Facts,
  diagnostics: readonly Diagnostic[],
  more: readonly Finding[] = [],
): Promise<CheckResult> {
  const { input, files, tree, modules, available, kind, compiled } = facts;
  const sources = sourceFiles(files);
  const loaded = new Set(modules.map(({ identifier }) => identifier));
  const isLoaded = (identifier: string) => loaded.has(identifier);
  const explain = diagnosticExplainer(available, isLoaded, sources);
  const isUnknown = input.isPartial === true ? unknownPaths(input.world) : () => false;
  const findings = diagnostics.map(explain).flatMap((one) => aboutConfiguration(one, facts, isUnknown));
  const table = new Map(
    modules.flatMap(({ directives }) =>
      Object.entries(directives).map(([name, declaration]) => [name.toLowerCase(), declaration] as const),
    ),
  );
  const configuration: Configuration = {
    statements: statementsOf(tree),
    sources,
    world: input.world,
    serverRoot: input.serverRoot,
    kind,
    ruleNames: allRules.map(({ name }) => name),
    available,
    isLoaded,
    isUnknown,
    compilePattern: patternCompiler(input.world),
    declarationOf: ({ name, isSection }) => table.get(isSection ? `<${name}` : name),
    compiled,
    plan: facts.plan ?? compiled?.plan,
  };
  const linted = input.lints === false ? [] : await runRules(configuration, input.severities ?? {});
  return { findings: [...findings, ...more, ...linted], files: files.length, kind };
}

function patternCompiler({ regex }: World): Configuration['compilePattern'] {
  const compiled = new Map<string, ReturnType<typeof regex.compile>>();
  return (pattern) => {
    let found = compiled.get(pattern);
    if (found === undefined) {
      found = regex.compile(pattern);
      compiled.set(pattern, found);
    }
    return found;
  };
}

/**
 * Paths of which a copied tree says nothing: those in a directory that was not copied either, and links that lead there.
 */
function unknownPaths({ files }: World): (path: string) => boolean {
  return (path) => {
    const parent = path.replace(/\/+$/, '').replace(/\/[^/]*$/, '');
    if (parent === '' || typeof files.stat(parent) === 'string') return true;
    const own = files.lstat(path.replace(/\/+$/, ''));
    return typeof own === 'object' && own.type === 'link';
  };
}

/** Leaves out, or makes a note of, what httpd says of the machine more than of the configuration. */
function aboutConfiguration(
  finding: Finding,
  facts: Facts,
  isUnknown: (path: string) => boolean,
): readonly Finding[] {
  const { input, kind } = facts;
  const { code, text } = finding;
  if (code === 'no-server-name') {
    return kind === 'whole' && !input.isPartial ? [{ ...finding, severity: 'note' }] : [];
  }
  if (kind !== 'whole' && finding.severity === 'error' && machineCodes.has(code)) {
    return aboutConfiguration({ ...finding, severity: 'warning' }, facts, isUnknown);
  }
  if (kind === 'fragment' && code === 'unknown-directive' && isOfOtherMpm(finding, facts)) return [];
  const path = /'(\/[^']*)'|\[(\/[^\]]*)\]/.exec(text);
  if (path === null || !isUnknown(path[1] ?? path[2]!)) return [finding];
  if (code === 'missing-document-root' || code === 'missing-log-directory') return [];
  return code === 'missing-file'
    ? [{ ...finding, severity: 'note', instead: 'The path is not in the copy.' }]
    : [finding];
}

/** What depends on the machine; a part of a configuration may well be for another one. */
const machineCodes: ReadonlySet<string> = new Set(['missing-log-directory', 'missing-file', 'unknown-user']);

/** Only one MPM can be taken as loaded; a fragment may be for another. */
function isOfOtherMpm({ directive }: Finding, { available }: Facts): boolean {
  const owner = available.find(
    ({ directives }) => directive !== undefined && Object.hasOwn(directives, directive),
  );
  return owner?.identifier.startsWith('mpm_') ?? false;
}

export const hasError = (diagnostics: readonly Diagnostic[]) =>
  diagnostics.some(({ severity }) => severity === 'error');

/** Directives that httpd accepts and that httpd-ts would refuse to serve. */
function unsupportedUses(
  uses: CompileResult['unsupported'],
  consequence = 'it will not start with this line',
): Diagnostic[] {
  return uses.map(({ name, module, node, detail }) => ({
    severity: 'warning',
    stage: 'processing',
    text: `${name}${detail === undefined ? '' : ` ${detail}`} (${module}) is not supported by httpd-ts yet: ${consequence} unless --allow-unsupported=${name.replace('<', '')} is given`,
    file: node.file,
    line: node.line,
    chain: node.chain,
    directive: name,
  }));
}
