import { describe, expect, it } from 'vitest';
import { standardModules } from './standard-modules.ts';

describe.each(standardModules)('$name', ({ directives, summaries = {} }) => {
  it('has a sentence for each directive, and a directive for each sentence', () => {
    expect(Object.keys(summaries).sort()).toEqual(Object.keys(directives).sort());
    for (const [name, sentence] of Object.entries(summaries))
      expect(sentence, name).toMatch(/^[A-Z`<].*[.!]$/s);
  });
});
