export { mutexOwners } from './core/mutex-owners.ts';
export { apiDescription as balancerManagerApi } from './mod_proxy_balancer/api-description.ts';
export type { Difference as RuntimeDifference } from './mod_proxy_balancer/differences.ts';
export { runtimeDifferences } from './mod_proxy_balancer/runtime-differences.ts';
export { type LineWords, readLineWords } from './mod_rewrite/read-arguments.ts';
export { rewriteVariableNames } from './mod_rewrite/variables.ts';
export { implementedModules, standardModules } from './standard-modules.ts';
export {
  declareThirdParty,
  type ThirdPartyModule,
  thirdPartyByDirective,
  thirdPartyByIdentifier,
  thirdPartyModules,
} from './third-party-modules.ts';
