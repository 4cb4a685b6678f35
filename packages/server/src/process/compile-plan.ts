import {
  type Compilation,
  compile,
  Defines,
  type ModuleDefinition,
  renderAsHttpd,
  type ServedPlan,
  type World,
} from '@httpd-ts/kernel';
import { answeredFiles } from '../world/files-at-start.ts';
import type { PlainConfiguration } from './messages.ts';

/** A plan with what it was compiled by, as the phases of a start need it. */
export interface Compiled {
  readonly plan: ServedPlan;
  readonly compilation: Compilation;
}

/** Compiles the configuration that the supervisor has resolved; a text is what is wrong with it. */
export function compilePlan(
  configuration: PlainConfiguration,
  world: World,
  modules: ReadonlyMap<string, ModuleDefinition>,
): Compiled | string {
  const { serverRoot, defaultRuntimeDir, defines, configFile, allowUnsupported } = configuration;
  const atStart = answeredFiles(world.files, configuration.fileAnswers);
  const { plan, diagnostics, compilation } = compile({
    tree: configuration.tree,
    settings: {
      serverRoot,
      defaultRuntimeDir,
      defines: new Defines(defines),
      configFile,
      checkOnly: false,
      anyDocumentRoot: true,
    },
    world,
    filesAtStart: atStart.files,
    modules: configuration.modules.map((name) => modules.get(name)!),
    allowUnsupported,
  });
  atStart.startIsOver();
  return plan === undefined ? diagnostics.map(renderAsHttpd).join('\n') : { plan, compilation };
}
