import { type ModuleDefinition, readingDirective, take2, type World } from '@httpd-ts/kernel';
import { declareThirdParty, type ThirdPartyModule, thirdPartyModules } from '@httpd-ts/modules';
import type { Checked, CheckInput } from '../check-configuration.ts';
import { readConfigurationOrFragment } from '../read-fragment.ts';
import type { Place } from './facts.ts';

/** A LoadModule line. */
export interface ModuleLoad extends Place {
  readonly identifier: string;
  readonly library: string;
  readonly thirdParty: ThirdPartyModule | undefined;
}

/**
 * Reads a configuration whose modules need not be there: LoadModule takes Apache's by name, knows those of others, and
 * passes over the rest. All its lines are given.
 */
export function readAnyModules(input: CheckInput): {
  readonly checked: Checked;
  readonly loads: readonly ModuleLoad[];
  /** The world to compile it in. */
  readonly world: World;
} {
  const loads: ModuleLoad[] = [];
  const modules = input.modules.map((module) =>
    module.directives.LoadModule ? loadingByName(module, loads) : module,
  );
  const others = thirdPartyModules.map(({ title, identifiers, file }) =>
    declareThirdParty(title, sampleIdentifier(identifiers), file, []),
  );
  return { ...readConfigurationOrFragment({ ...input, modules: [...modules, ...others] }), loads };
}

/** The name that stands for all spellings of a third-party module. */
const sampleIdentifier = (identifiers: RegExp) => `third party ${identifiers.source}`;

function loadingByName(module: ModuleDefinition, loads: ModuleLoad[]): ModuleDefinition {
  const LoadModule = readingDirective({
    context: 'server',
    style: 'TAKE2',
    read(raw, reader) {
      let failure: string | undefined;
      const usage = { name: reader.name, usage: undefined };
      const complaint = take2.read(raw, usage, ([identifier, library]) => {
        const thirdParty = thirdPartyModules.find(({ identifiers }) => identifiers.test(identifier));
        const { file, line } = reader;
        // A fragment is read a second time.
        const isKnown = loads.some((load) => load.file === file && load.line === line);
        if (!isKnown) loads.push({ identifier, library, thirdParty, file, line });
        const name = thirdParty === undefined ? identifier : sampleIdentifier(thirdParty.identifiers);
        if (reader.isAvailable(name)) failure = reader.loadModule(name, library);
      });
      return complaint ?? failure ?? [];
    },
  });
  return { ...module, directives: { ...module.directives, LoadModule } };
}
