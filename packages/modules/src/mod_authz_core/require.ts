import { trimBlanks } from '@httpd-ts/http1';
import {
  type DirectiveContext,
  nextWord,
  OVERRIDE,
  type RequestRecord,
  type Section,
} from '@httpd-ts/kernel';
import { addToGroup, defaultGroup, type Limits, type RequireGroup } from './authz-section.ts';
import type { AuthzCoreConfig } from './config.ts';
import {
  type AuthzProvider,
  authzProvider,
  authzProviders,
  declareAuthzProvider,
  findAuthzProvider,
} from './contract.ts';

const limitsOf = ({ limited }: DirectiveContext): Limits => (limited === undefined ? undefined : [limited]);

/** Every group made outside of `<Require…>` sections, for the check when all is read. */
export function collectedGroups(memory: Pick<DirectiveContext, 'memory'>): RequireGroup[] {
  return memory.memory(groupsKey, () => []);
}
const groupsKey = { name: 'authz groups' };

function groupOf(config: AuthzCoreConfig, cmd: DirectiveContext): RequireGroup {
  if (config.group === undefined) {
    config.group = defaultGroup();
    collectedGroups(cmd).push(config.group);
  }
  return config.group;
}

/** `Require [not] provider arguments`. httpd: modules/aaa/mod_authz_core.c add_authz_provider */
export function addRequirement(
  config: AuthzCoreConfig,
  raw: string,
  cmd: DirectiveContext,
): string | undefined {
  const cursor = { text: raw, at: 0 };
  let name = nextWord(cursor);
  const negate = name.toLowerCase() === 'not';
  if (negate) name = nextWord(cursor);
  const args = raw.slice(cursor.at);
  const provider = findAuthzProvider(name, cmd);
  if (provider === undefined) return `Unknown Authz provider: ${name}`;
  const read = provider.parse(args, cmd);
  if ('complaint' in read) return read.complaint;
  const text = `Require ${negate ? 'not ' : ''}${name} ${args}`;
  const node = {
    kind: 'require',
    negate,
    limits: limitsOf(cmd),
    provider,
    parsed: read.parsed,
    text,
    definedAt: cmd.node,
  } as const;
  return addToGroup(groupOf(config, cmd), node, cmd.name);
}

/** `<RequireAll>` and its companions. httpd: add_authz_section */
export function openRequireSection(operator: 'and' | 'or', negate: boolean) {
  return (config: AuthzCoreConfig, raw: string, cmd: DirectiveContext): string | undefined => {
    const inside = argumentsBeforeBracket(raw);
    if (inside === undefined) return `${cmd.name}> directive missing closing '>'`;
    if (inside !== '') return `${cmd.name}> directive doesn't take additional arguments`;
    const outer = config.group;
    const group: RequireGroup = {
      kind: 'group',
      negate,
      limits: [],
      operator,
      children: [],
      definedAt: cmd.node,
    };
    config.group = group;
    cmd.walk(cmd.node.children ?? [], { override: OVERRIDE.AuthConfig });
    if (outer === undefined) delete config.group;
    else config.group = outer;
    if (group.children.length === 0) return `${cmd.name}> directive contains no authorization directives`;
    return addToGroup(groupOf(config, cmd), group, cmd.name);
  };
}

function argumentsBeforeBracket(raw: string): string | undefined {
  const end = raw.lastIndexOf('>');
  return end < 0 ? undefined : trimBlanks(raw.slice(0, end));
}

/** `<AuthzProviderAlias base alias "arguments">`. httpd: authz_require_alias_section */
export function openProviderAlias(
  _config: undefined,
  raw: string,
  cmd: DirectiveContext,
): string | undefined {
  const inside = argumentsBeforeBracket(raw);
  if (inside === undefined) return `${cmd.name}> directive missing closing '>'`;
  if (inside === '') return `${cmd.name}> directive requires additional arguments`;
  const cursor = { text: inside, at: 0 };
  const base = nextWord(cursor);
  const alias = nextWord(cursor);
  if (base === '' || alias === '') return `${cmd.name}> directive requires additional arguments`;
  const args = nextWord(cursor);
  const rest = nextWord(cursor);
  if (rest !== '') {
    cmd.warn(
      `[authz_core:warn] AH10142: When several arguments (${args} ${rest}...) are passed to a ${cmd.name} directive, they must be enclosed in quotation marks.  Otherwise, only the first one is taken into account`,
    );
  }
  const records: Section['records'] = [];
  cmd.walk(cmd.node.children ?? [], {
    directory: records,
    override: OVERRIDE.AuthConfig | OVERRIDE.accessConf,
  });
  const provider = cmd.providers.find(authzProviders, base);
  if (provider === undefined) return `Unknown Authz provider: ${base}`;
  const read = provider.parse(args, cmd);
  if ('complaint' in read) return `Can't parse 'Require ${base} ${args}': ${read.complaint}`;
  const section: Section = { kind: 'location', path: alias, records, definedAt: cmd.node };
  declareAuthzProvider(cmd, alias, aliasProvider(provider, read.parsed, section));
  return undefined;
}

/** The base provider under the alias's own directives. httpd: authz_alias_check_authorization */
function aliasProvider(base: AuthzProvider, parsed: unknown, section: Section): AuthzProvider {
  return authzProvider({
    parse: () => ({ parsed }),
    check(request: RequestRecord) {
      const { directory } = request;
      request.directory = directory.enter(section);
      const answer = base.check(request, parsed);
      if (typeof answer === 'string') {
        request.directory = directory;
        return answer;
      }
      return answer.finally(() => {
        request.directory = directory;
      });
    },
  });
}
