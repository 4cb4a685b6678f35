import { expect, it } from 'vitest';
import { directiveSummaries } from './directive-summaries.ts';
import { standardModules } from './standard-modules.ts';

it('every directive has a sentence, and every sentence a directive', () => {
  const declared = new Set(standardModules.flatMap(({ directives }) => Object.keys(directives)));
  expect(Object.keys(directiveSummaries).sort()).toEqual([...declared].sort());
});
