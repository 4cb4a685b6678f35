import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { requestTimeoutPolicies } from '@httpd-ts/kernel';
import { createRegexEngine } from '@httpd-ts/regex';
import { describe, expect, it } from 'vitest';
import { configuredServer, configuredWorld } from '../recorded-answers.ts';

const regex = createRegexEngine(
  readFileSync(createRequire(import.meta.url).resolve('@stephen-riley/pcre2-wasm/dist/libpcre2.wasm')),
);

const serverWith = (line: string) => configuredServer(configuredWorld(line, {}, { regex }));

describe('RequestReadTimeout', () => {
  // The complaints of httpd 2.4.71.
  it.each([
    ['foo', "Invalid RequestReadTimeout parameter. Parameter must be in the form 'key=value'"],
    ['header=abc', "RequestReadTimeout: header=abc: Value 'abc' not numerical"],
    ['header=', "RequestReadTimeout: header=: Value '' not numerical"],
    ['header=5x', "RequestReadTimeout: header=5x: Cannot parse 'x'"],
    ['header=40-20', 'RequestReadTimeout: header=40-20: Must set MinRate option if using timeout range'],
    ['header=20,foo=5', "RequestReadTimeout: header=20,foo=5: Cannot parse ',foo=5'"],
    [
      'header=20-10,minrate=5',
      'RequestReadTimeout: header=20-10,minrate=5: Maximum timeout must be larger than initial timeout',
    ],
    ['header=-5', 'RequestReadTimeout: header=-5: Must set MinRate option if using timeout range'],
    ['header=5,MinRate=0', 'RequestReadTimeout: header=5,MinRate=0: Minimum data rate must be larger than 0'],
    ['header=5-,MinRate=3', "RequestReadTimeout: header=5-,MinRate=3: Value '' not numerical"],
    ['x=5', 'RequestReadTimeout: x=5: Unknown RequestReadTimeout parameter'],
    ['body=10,minrate=x', "RequestReadTimeout: body=10,minrate=x: Value 'x' not numerical"],
  ])('%s is refused', (words, complaint) => {
    expect(() => serverWith(`RequestReadTimeout ${words}`)).toThrow(complaint);
  });

  const usual = {
    head: { initialMs: 20_000, maximumMs: 40_000, minRate: 500 },
    body: { initialMs: 20_000, maximumMs: 0, minRate: 500 },
  };

  it.each([
    ['', usual],
    ['RequestReadTimeout header=5', { ...usual, head: { initialMs: 5000, maximumMs: 0, minRate: 0 } }],
    [
      'RequestReadTimeout HEADER=10-30,minrate=100 body=0 handshake=5',
      {
        head: { initialMs: 10_000, maximumMs: 30_000, minRate: 100 },
        body: { initialMs: 0, maximumMs: 0, minRate: 0 },
      },
    ],
  ])('%s', (line, timeouts) => {
    const { plan } = serverWith(line);
    expect(plan.providers.find(requestTimeoutPolicies, 'default')?.timeouts(plan.mainServer)).toEqual(
      timeouts,
    );
  });

  it('of a virtual host leaves what it does not set to the main server', () => {
    const { plan } = serverWith(
      'RequestReadTimeout body=7\n<VirtualHost *:80>\nRequestReadTimeout header=3\n</VirtualHost>',
    );
    const rule = (seconds: number) => ({ initialMs: seconds * 1000, maximumMs: 0, minRate: 0 });
    expect(plan.providers.find(requestTimeoutPolicies, 'default')?.timeouts(plan.servers[1]!)).toEqual({
      head: rule(3),
      body: rule(7),
    });
  });
});
