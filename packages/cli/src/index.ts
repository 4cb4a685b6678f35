export {
  type Checked,
  type CheckInput,
  carryOutConfiguration,
  hasError,
  readConfiguration,
} from './check-configuration.ts';
export { describeDirectives } from './describe-modules.ts';
export { type ConfigTree, findTree } from './find-tree.ts';
export { main } from './main.ts';
export { type ParsedSwitches, parseSwitches, type Switches } from './parse-switches.ts';
export { type Invocation, runSwitches } from './run-switches.ts';
export { startUpMessage, untilFirstError } from './start-up-message.ts';
