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
