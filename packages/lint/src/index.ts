export { allRules } from './all-rules.ts';
export { diagnostics } from './apache-diagnostics.ts';
export { type CheckInput, type CheckResult, checkConfiguration } from './check-configuration.ts';
export { directiveAnchor } from './directive-index.ts';
export { placesOf } from './explain-diagnostic.ts';
export type { Finding, Severity, SourceExcerpt } from './finding.ts';
export { nearestName } from './nearest-name.ts';
export type { Example, Rule } from './rule.ts';
