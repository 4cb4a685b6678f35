export { mutexOwners } from './core/mutex-owners.ts';
export { implementedModules, standardModules } from './standard-modules.ts';
export {
  declareThirdParty,
  type ThirdPartyModule,
  thirdPartyByDirective,
  thirdPartyByIdentifier,
  thirdPartyModules,
} from './third-party-modules.ts';
