import { Lexer } from 'chevrotain';
import { describe, expect, it } from 'vitest';
import { ConfigParser } from './config/rules.ts';
import { lexerDefinition as configTokens } from './config/tokens.ts';
import { ExpressionParser } from './expression/rules.ts';
import { lexerDefinition as expressionTokens } from './expression/tokens.ts';

// A program that runs does not look for mistakes in its grammars, which takes longer than to read a file by them.

describe('the grammars have no mistakes that Chevrotain finds', () => {
  it.each([
    ['config', () => new ConfigParser()],
    ['expression', () => new ExpressionParser()],
  ])('%s: rules', (_name, make) => {
    expect(make).not.toThrow();
  });

  it.each([
    ['config', configTokens],
    ['expression', expressionTokens],
  ])('%s: tokens', (_name, definition) => {
    expect(new Lexer(definition).lexerDefinitionErrors).toEqual([]);
  });
});
