export { implementedModules, standardModules } from './standard-modules.ts';
