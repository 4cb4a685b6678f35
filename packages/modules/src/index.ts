export { standardModules } from './standard-modules.ts';
