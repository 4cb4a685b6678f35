import { describe, expect, it } from 'vitest';
import { readPeriod } from './read-period.ts';

describe('readPeriod', () => {
  it.each([
    ['A3600', { since: 'access', seconds: 3600 }],
    ['M', { since: 'modification', seconds: 0 }],
    ['now', { since: 'access', seconds: 0 }],
    ['access plus 1 month', { since: 'access', seconds: 2_592_000 }],
    ['access 1 year 2 weeks', { since: 'access', seconds: 32_745_600 }],
    ['modification PLUS 3 min 4 sec', { since: 'modification', seconds: 184 }],
    ['Access plus 1 day', { since: 'access', seconds: 0 }],
    ['access plus 100 years', { since: 'access', seconds: -1_141_367_296 }],
    ['tomorrow', "bad expires code, unrecognised <base> 'tomorrow'"],
    ['access plus one day', "bad expires code, numeric value expected <num> 'one'"],
    ['access plus 1', 'bad expires code, missing <type>'],
    ['access plus 1 fortnight', "bad expires code, unrecognised <type>'fortnight'"],
  ])('%s', (code, expected) => {
    expect(readPeriod(code)).toEqual(expected);
  });
});
