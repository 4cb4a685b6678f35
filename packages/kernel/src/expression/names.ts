import type { NameKind } from '@httpd-ts/grammar/expression';
import {
  type ExpressionFunction,
  type ExpressionListFunction,
  type ExpressionVariable,
  expressionFunctions,
  expressionListFunctions,
  expressionVariables,
} from '../declare/expression-providers.ts';
import type { ProviderRegistry } from '../declare/providers.ts';
import { binaryOperators, readSubnet, unaryOperators } from './operators.ts';
import { standardFunctions } from './standard-functions.ts';
import { standardVariables } from './standard-variables.ts';

/** What the names in an expression mean under a configuration. */
export interface ExpressionNames {
  variable(name: string): ExpressionVariable | undefined;
  function(name: string): ExpressionFunction | undefined;
  listFunction(name: string): ExpressionListFunction | undefined;
  /** The complaint about a name, if there is one. httpd: core_expr_lookup, expr_lookup_not_found */
  check(kind: NameKind, name: string, constant: string | undefined): string | undefined;
}

/** What of the names that reach for files may not be used. httpd: AP_EXPR_FLAG_RESTRICTED */
export type Restriction = 'none' | 'functions' | 'all';

const own = <T>(table: Readonly<Record<string, T>>, name: string): T | undefined =>
  Object.hasOwn(table, name) ? table[name] : undefined;

/** The standard names and those that modules provide. */
export function expressionNames(
  providers: ProviderRegistry,
  restriction: Restriction,
  ownFunctions: Readonly<Record<string, ExpressionFunction>> = {},
): ExpressionNames {
  const names: ExpressionNames = {
    variable(name) {
      const key = name.toUpperCase();
      return (
        own(standardVariables, key) ??
        providers.find(expressionVariables, key) ??
        providers.find(expressionVariables, `${key.slice(0, key.indexOf('_') + 1)}*`)
      );
    },
    function(name) {
      const key = name.toLowerCase();
      return (
        own(ownFunctions, key) ?? own(standardFunctions, key) ?? providers.find(expressionFunctions, key)
      );
    },
    listFunction: (name) => providers.find(expressionListFunctions, name.toLowerCase()),
    check: (kind, name, constant) => checks[kind](names, name, constant, restriction),
  };
  return names;
}

type Check = (
  names: ExpressionNames,
  name: string,
  constant: string | undefined,
  restriction: Restriction,
) => string | undefined;

const missing = (what: string, shown: string) => `${what} '${shown}' does not exist`;
const refused = (shown: string) => `${shown} not available in restricted context`;

const checks: Readonly<Record<NameKind, Check>> = {
  variable: (names, name) => (names.variable(name) === undefined ? missing('Variable', name) : undefined),
  function(names, name, _constant, restriction) {
    const found = names.function(name);
    if (found === undefined) return missing('Function', name);
    return restriction !== 'none' && found.restricted ? refused(name.toLowerCase()) : undefined;
  },
  'list-function': (names, name) =>
    names.listFunction(name) === undefined ? missing('List-returning function', name) : undefined,
  unary(_names, name, constant, restriction) {
    const found = own(unaryOperators, name);
    if (found === undefined) return missing('Unary operator', `-${name}`);
    if (restriction === 'all' && 'restricted' in found && found.restricted) return refused(`-${name}`);
    return 'subnet' in found ? complaintOf(readSubnet(name, constant)) : undefined;
  },
  binary(_names, name, constant) {
    const found = own(binaryOperators, name.toLowerCase());
    if (found === undefined) return missing('Binary operator', `-${name}`);
    return 'subnet' in found ? complaintOf(readSubnet(name, constant)) : undefined;
  },
};

const complaintOf = (read: unknown) => (typeof read === 'string' ? read : undefined);
