import { describe, expect, it } from 'vitest';
import { attackSubjects } from './attack-subjects.ts';
import { runsAway } from './runs-away.ts';
import { sampleSubject } from './sample-subject.ts';

describe('sampleSubject', () => {
  it.each([
    ['^/blog/(.*)\\.php$', 0, '/blog/.php'],
    ['^/blog/(.*)\\.php$', 1, '/blog/a.php'],
    ['^(?:old|new)/[0-9]{3}$', 0, 'old/111'],
    ['^', 1, ''],
    ['^/a?$', 1, '/a'],
    ['^[^a-z]+$', 0, 'A'],
    ['a{5000}', 0, undefined],
  ] as const)('%s with %d', (pattern, repeats, expected) => {
    expect(sampleSubject(pattern, repeats)).toBe(expected);
  });
});

describe('runsAway', () => {
  it.each([
    ['^(a+)+$', true],
    ['^(([a-z])+.)+[A-Z]([a-z])+$', true],
    ['^(.*)/(.*)/(.*)/(.*)x$', true],
    ['^/blog/(.*)\\.php$', false],
    ['^(.*)/(.*)$', false],
    ['\\.(?:css|js)$', false],
  ])('%s: %s', (pattern, expected) => {
    expect(runsAway(pattern)).toBe(expected);
  });
});

describe('attackSubjects', () => {
  it('feeds each repeat and spoils the end', () => {
    const subjects = attackSubjects('^/x(a+)+b$');
    expect(subjects).toContain(`/x${'a'.repeat(48)}!`);
    expect(attackSubjects('^/abc$')).toEqual([]);
  });
});
