import type { Rule } from './rule.ts';
import { catastrophicPattern } from './rules/catastrophic-pattern.ts';
import { danglingRewriteCondition } from './rules/dangling-rewrite-condition.ts';
import { deprecatedDirective } from './rules/deprecated-directive.ts';
import { duplicateRoute } from './rules/duplicate-route.ts';
import { duplicateServerName } from './rules/duplicate-server-name.ts';
import { hostNameAsAddress } from './rules/host-name-as-address.ts';
import { httpsWithoutSslProxyEngine } from './rules/https-without-ssl-proxy-engine.ts';
import { includeWithoutMatch } from './rules/include-without-match.ts';
import { leadingSlashInDirectoryPattern } from './rules/leading-slash-in-directory-pattern.ts';
import { missingDirectory } from './rules/missing-directory.ts';
import { missingGroup } from './rules/missing-group.ts';
import { missingSchemeModule } from './rules/missing-scheme-module.ts';
import { missingSecurityBasics } from './rules/missing-security-basics.ts';
import { misspeltModule } from './rules/misspelt-module.ts';
import { mixedAccessControl } from './rules/mixed-access-control.ts';
import { openForwardProxy } from './rules/open-forward-proxy.ts';
import { portWithoutListen } from './rules/port-without-listen.ts';
import { proxyPassWithoutReverse } from './rules/proxy-pass-without-reverse.ts';
import { queryStringInPattern } from './rules/query-string-in-pattern.ts';
import { readableSecret } from './rules/readable-secret.ts';
import { redirectLoop } from './rules/redirect-loop.ts';
import { requireWithoutEffect } from './rules/require-without-effect.ts';
import { rewritingSwitchedOff } from './rules/rewriting-switched-off.ts';
import { shadowedProxyPass } from './rules/shadowed-proxy-pass.ts';
import { shadowedVirtualHost } from './rules/shadowed-virtual-host.ts';
import { slashMismatch } from './rules/slash-mismatch.ts';
import { textAfterSection } from './rules/text-after-section.ts';
import { typographicCharacters } from './rules/typographic-characters.ts';
import { undefinedBalancer } from './rules/undefined-balancer.ts';
import { unknownRuleName } from './rules/unknown-rule-name.ts';
import { unknownVariable } from './rules/unknown-variable.ts';
import { unreachableErrorDocument } from './rules/unreachable-error-document.ts';
import { unreachableRewriteRule } from './rules/unreachable-rewrite-rule.ts';
import { unterminatedQuote } from './rules/unterminated-quote.ts';
import { weakTls } from './rules/weak-tls.ts';

/** Every rule, by name. */
export const allRules: readonly Rule[] = [
  catastrophicPattern,
  danglingRewriteCondition,
  deprecatedDirective,
  duplicateRoute,
  duplicateServerName,
  hostNameAsAddress,
  httpsWithoutSslProxyEngine,
  includeWithoutMatch,
  leadingSlashInDirectoryPattern,
  missingDirectory,
  missingGroup,
  missingSchemeModule,
  missingSecurityBasics,
  misspeltModule,
  mixedAccessControl,
  openForwardProxy,
  portWithoutListen,
  proxyPassWithoutReverse,
  queryStringInPattern,
  readableSecret,
  redirectLoop,
  requireWithoutEffect,
  rewritingSwitchedOff,
  shadowedProxyPass,
  shadowedVirtualHost,
  slashMismatch,
  textAfterSection,
  typographicCharacters,
  undefinedBalancer,
  unknownRuleName,
  unknownVariable,
  unreachableErrorDocument,
  unreachableRewriteRule,
  unterminatedQuote,
  weakTls,
];
