export { attackSubjects } from './attack-subjects.ts';
export type { LiteralAnalysis } from './literals.ts';
export type { GroupName } from './pcre2.ts';
export type {
  ExecOptions,
  Regex,
  RegexEngine,
  RegexError,
  RegexMatch,
  RegexOptions,
} from './regex.ts';
export { createRegexEngine } from './regex-engine.ts';
export { runsAway } from './runs-away.ts';
export { sampleSubject } from './sample-subject.ts';
export { createTester } from './tester.ts';
