import type { AuthzProvider } from './mod_authz_core/contract.ts';

const takesNoArguments = new Set(['ssl', 'ssl-verify-client']);

/** A `Require` of a module that is only declared. Makes serving refuse the line; should it be allowed all the same, nobody gets by it. */
export const unservedRequirement = (module: string, name: string): AuthzProvider => ({
  parse(args, cmd) {
    if (args !== '' && takesNoArguments.has(name)) {
      return { complaint: `'Require ${name}' does not take arguments` };
    }
    const read = cmd.expression(args, 'string');
    if ('error' in read) return { complaint: `Cannot parse expression in require line: ${read.error}` };
    cmd.refuseServing(`Require ${name}`, module);
    return { parsed: undefined };
  },
  check: () => 'general-error',
});
