import { type DirectiveContext, type DirectiveDeclaration, nextWord, section } from '@httpd-ts/kernel';
import { registeredMethodsKey } from './connection-limits.ts';
import { isKnownMethod, knownMethods } from './methods.ts';
import { missingSectionArgument, sectionArgument, unclosedSection } from './reading.ts';

/** `<Limit>` and `<LimitExcept>`: what stands in them holds for some methods. httpd: server/core.c ap_limit_section */
function limitSection(inverted: boolean, usage: string): DirectiveDeclaration {
  return section({
    context: 'anywhere',
    override: ['Limit', 'AuthConfig'],
    usage,
    open(_config, raw, cmd) {
      const whole = sectionArgument(raw);
      if (whole === undefined) return unclosedSection(cmd.name);
      if (whole === '') return missingSectionArgument(cmd.name);
      const listed = new Set<string>();
      const cursor = { text: whole, at: 0 };
      for (let method = nextWord(cursor); method !== ''; method = nextWord(cursor)) {
        if (method === 'TRACE' && !inverted) return 'TRACE cannot be controlled by <Limit>, see TraceEnable';
        if (!register(method, cmd)) {
          return `Could not register method '${method}' for ${cmd.name} from .htaccess configuration`;
        }
        for (const name of method === 'GET' || method === 'HEAD' ? ['GET', 'HEAD'] : [method])
          listed.add(name);
      }
      const limited = narrow(inverted ? allExcept(listed) : listed, cmd.limited, cmd.name);
      if (typeof limited === 'string') return limited;
      cmd.walk(cmd.node.children ?? [], { limited });
      return undefined;
    },
  });
}

/** Makes a method known, which a `.htaccess` cannot do. */
function register(method: string, cmd: DirectiveContext): boolean {
  if (isRegisteredMethod(method, cmd)) return true;
  if (!cmd.isHtaccess) registeredMethods(cmd).add(method);
  return !cmd.isHtaccess;
}

/** Whether a method is known where the directive stands. */
export function isRegisteredMethod(method: string, cmd: DirectiveContext): boolean {
  return isKnownMethod(method, registeredMethods(cmd));
}

function registeredMethods(cmd: DirectiveContext): Set<string> {
  const { memory } = cmd.isHtaccess ? cmd.server.plan : cmd;
  return memory(registeredMethodsKey, () => new Set<string>());
}

/** What is left of the methods inside an enclosing section; a text is the complaint. */
function narrow(
  own: ReadonlySet<string>,
  outer: ReadonlySet<string> | undefined,
  name: string,
): ReadonlySet<string> | string {
  if (outer === undefined) return own;
  const both = [...new Set([...own, ...outer])].filter((method) => own.has(method) && outer.has(method));
  if (both.length === 0) return `${name}> directive excludes all methods`;
  if ([...outer].every((method) => own.has(method)))
    return `${name}> directive specifies methods already excluded`;
  return Object.assign(new Set(both), { has: (method: string) => own.has(method) && outer.has(method) });
}

/** The complement of a set of methods; it also holds methods nobody has a name for. */
function allExcept(listed: ReadonlySet<string>): ReadonlySet<string> {
  const rest = new Set(knownMethods.filter((method) => !listed.has(method)));
  return Object.assign(rest, { has: (method: string) => !listed.has(method) });
}

/** Sections that hold for some request methods. */
export const limitDirectives = {
  '<Limit': limitSection(
    false,
    'Container for authentication directives when accessed using specified HTTP methods',
  ),
  '<LimitExcept': limitSection(
    true,
    'Container for authentication directives to be applied when any HTTP method other than those specified is used to access the resource',
  ),
} satisfies Record<string, DirectiveDeclaration>;
