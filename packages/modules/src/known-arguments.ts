import type { Complaint, DirectiveContext } from '@httpd-ts/kernel';

/** Looks at the words of a directive that does nothing here; a text is the complaint. */
export type ArgumentCheck = (words: readonly string[], cmd: DirectiveContext) => Complaint;

/** What directives of modules that are only declared say of their arguments, beyond their number. */
export const knownArguments: Readonly<Record<string, ArgumentCheck>> = {};
