import {
  compile,
  type ModuleDefinition,
  processSettings,
  type ResolvedNode,
  type ServerRecord,
  type World,
} from '@httpd-ts/kernel';
import {
  declareThirdParty,
  implementedModules,
  type ThirdPartyModule,
  thirdPartyByDirective,
} from '@httpd-ts/modules';
import { type CheckInput, hasError } from '../check-configuration.ts';
import { directiveReports, directivesByName, keyOf, nodesOf, spelledName } from './directive-reports.ts';
import type { DirectiveReport, ModuleReport, Survey, VirtualHostReport } from './facts.ts';
import { type ModuleLoad, readAnyModules } from './read-any-modules.ts';
import { verdictOn } from './verdict.ts';

/** Answers from the declarations whether a configuration runs here. Writes nothing and starts nothing. */
export function surveyConfiguration(input: CheckInput): Survey {
  const { checked, loads, world } = readAnyModules(input);
  const { resolved, settings } = checked;
  const modules = [...resolved.modules, ...modulesOfOthers(resolved.tree, resolved.modules, loads)];
  const compiled = hasError(resolved.diagnostics)
    ? undefined
    : compile({
        tree: resolved.tree,
        settings: { ...settings, checkOnly: false },
        world: withoutLogs(world),
        modules,
        memory: resolved.memory,
        allowUnsupported: ['all'],
      });
  const directives = directiveReports(resolved.tree, modules, compiled?.unsupported ?? []);
  const facts = {
    configFile: input.configFile,
    listen: compiled === undefined ? [] : processSettings(compiled.compilation).listen,
    virtualHosts: (compiled?.compilation.servers ?? []).flatMap(virtualHostReport),
    modules: moduleReports(loads, directives, input.modules),
    directives,
    diagnostics: [...resolved.diagnostics, ...(compiled?.diagnostics ?? [])],
  };
  return { ...facts, ...verdictOn(facts) };
}

/** Log files and loggers are not to be opened. */
function withoutLogs(world: World): World {
  return { ...world, logs: { ...world.logs, open: () => ({ write: () => {} }) } };
}

/**
 * Third-party modules with those of their directives that the tree uses. A module counts where it is loaded, or where
 * the configuration loads nothing at all, as a fragment does.
 */
function modulesOfOthers(
  tree: readonly ResolvedNode[],
  modules: readonly ModuleDefinition[],
  loads: readonly ModuleLoad[],
): readonly ModuleDefinition[] {
  const known = directivesByName(modules);
  const found = new Map<ThirdPartyModule, Set<string>>();
  for (const node of nodesOf(tree)) {
    const module = known.has(keyOf(node)) ? undefined : thirdPartyByDirective(node.name);
    if (module === undefined) continue;
    if (loads.length > 0 && !loads.some(({ thirdParty }) => thirdParty === module)) continue;
    found.set(module, (found.get(module) ?? new Set()).add(spelledName(node)));
  }
  return [...found].map(([{ title, file }, names]) => declareThirdParty(title, title, file, [...names]));
}

function virtualHostReport({
  definedAt,
  hostname,
  names,
  wildNames,
  addresses,
}: ServerRecord): VirtualHostReport[] {
  if (definedAt === undefined) return [];
  const aliases = [...names, ...wildNames];
  return [{ ...definedAt, name: hostname, aliases, addresses: addresses.map(({ text }) => text) }];
}

/** The modules that are loaded, and those compiled in of which something is used. */
function moduleReports(
  loads: readonly ModuleLoad[],
  directives: readonly DirectiveReport[],
  available: readonly ModuleDefinition[],
): readonly ModuleReport[] {
  const inUse = (module: string) => directives.filter((one) => one.module === module).length;
  const loaded = loads.map(({ identifier, thirdParty, file, line }): ModuleReport => {
    const loadedAt = { file, line };
    if (thirdParty !== undefined) {
      const { title: name, instead } = thirdParty;
      return { name, identifier, state: 'third-party', directivesInUse: inUse(name), loadedAt, instead };
    }
    const module = available.find((one) => one.identifier === identifier);
    if (module === undefined)
      return { name: identifier, identifier, state: 'unknown', directivesInUse: 0, loadedAt };
    return { ...describe(module), directivesInUse: inUse(module.name), loadedAt };
  });
  const others = available.filter(
    ({ name, identifier }) => inUse(name) > 0 && !loads.some((load) => load.identifier === identifier),
  );
  return [
    ...others.map((module) => ({ ...describe(module), directivesInUse: inUse(module.name) })),
    ...loaded,
  ];
}

const describe = (module: ModuleDefinition) => ({
  name: module.name,
  identifier: module.identifier,
  state: implementedModules.includes(module) ? ('full' as const) : ('not-supported' as const),
});
