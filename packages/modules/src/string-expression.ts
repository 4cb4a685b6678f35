import type { DirectiveContext } from '@httpd-ts/kernel';

/**
 * The complaint about something that httpd would do and this server does not do yet. A configuration that uses it
 * passes a check (`-t`) with a warning, and is never served: what is not applied must not be passed over.
 */
export function notServedYet(cmd: DirectiveContext, what: string): string | undefined {
  const text = `${cmd.name}: ${what} is not supported yet, so this configuration cannot be served`;
  if (!cmd.settings.checkOnly) return text;
  cmd.warn(text);
  return undefined;
}

/**
 * The value of a string expression that holds no variable; undefined where it needs an evaluator.
 * A backslash makes the next character stand for itself.
 * httpd: server/util_expr_scan.l, state `str`
 */
export function constantExpression(text: string): string | undefined {
  if (!/[%\\$]/.test(text)) return text;
  if (/%\{|\$\d/.test(text)) return undefined;
  return text.replace(
    /\\(?:([0-7]{1,3})|([\s\S]))/g,
    (_, octal: string | undefined, char: string | undefined) =>
      octal === undefined
        ? (controlEscapes[char!] ?? char!)
        : String.fromCharCode(Number.parseInt(octal, 8) & 255),
  );
}

const controlEscapes: Readonly<Record<string, string>> = { n: '\n', r: '\r', t: '\t', b: '\b', f: '\f' };

/** The value of a string expression in a directive, or what `complaint` says when it cannot be had. */
export function readStringExpression(
  cmd: DirectiveContext,
  text: string,
): { readonly value: string } | { readonly complaint: string | undefined } {
  const value = constantExpression(text);
  return value === undefined ? { complaint: notServedYet(cmd, `the expression '${text}'`) } : { value };
}
