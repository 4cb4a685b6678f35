import { trimBlanks } from '@httpd-ts/http1';
import {
  type DirectiveContext,
  nextWord,
  OVERRIDE,
  type RequestRecord,
  type Section,
} from '@httpd-ts/kernel';
import { type AuthnProvider, authnProviders } from './contract.ts';

const aliasKey = { name: 'authn provider aliases' };
const aliasesOf = (cmd: DirectiveContext) => cmd.planMemory(aliasKey, () => new Map<string, AuthnProvider>());

/** Gives a provider a name from here on. */
export function declareAuthnProvider(cmd: DirectiveContext, name: string, provider: AuthnProvider): void {
  aliasesOf(cmd).set(name, provider);
}

/** A provider by its name or alias. */
export function findAuthnProvider(name: string, cmd: DirectiveContext): AuthnProvider | undefined {
  return aliasesOf(cmd).get(name) ?? cmd.providers.find(authnProviders, name);
}

/** `<AuthnProviderAlias base alias>`. httpd: modules/aaa/mod_authn_core.c authaliassection */
export function openProviderAlias(
  _config: undefined,
  raw: string,
  cmd: DirectiveContext,
): string | undefined {
  const end = raw.lastIndexOf('>');
  if (end < 0) return `${cmd.name}> directive missing closing '>'`;
  const inside = trimBlanks(raw.slice(0, end));
  if (inside === '') return `${cmd.name}> directive requires additional arguments`;
  const cursor = { text: inside, at: 0 };
  const base = nextWord(cursor);
  const alias = nextWord(cursor);
  if (base === '' || alias === '') return `${cmd.name}> directive requires additional arguments`;
  if (base.toLowerCase() === alias.toLowerCase()) {
    return 'The alias provider name must be different from the base provider name.';
  }
  if (findAuthnProvider(alias, cmd) !== undefined) {
    return `The alias provider ${alias} has already be registered previously as either a base provider or an alias provider.`;
  }
  const records: Section['records'] = [];
  cmd.walk(cmd.node.children ?? [], {
    directory: records,
    override: OVERRIDE.AuthConfig | OVERRIDE.accessConf,
  });
  const provider = cmd.providers.find(authnProviders, base);
  if (provider === undefined) return `Unknown Authn provider: ${base}`;
  aliasesOf(cmd).set(
    alias,
    aliasProvider(provider, { kind: 'location', path: alias, records, definedAt: cmd.node }),
  );
  return undefined;
}

/** The base provider under the alias's own directives. httpd: authn_alias_check_password */
function aliasProvider(base: AuthnProvider, section: Section): AuthnProvider {
  const inside = <T>(request: RequestRecord, run: () => T): T => {
    const { directory } = request;
    request.directory = directory.enter(section);
    const answer = run();
    request.directory = directory;
    return answer;
  };
  const alias: AuthnProvider = {};
  if (base.checkPassword !== undefined) {
    alias.checkPassword = (request, user, password) =>
      inside(request, () => base.checkPassword!(request, user, password));
  }
  if (base.realmHash !== undefined) {
    alias.realmHash = (request, user, realm) => inside(request, () => base.realmHash!(request, user, realm));
  }
  return alias;
}
