import { describe, expect, it } from 'vitest';
import { canonicalHost, canonicalPath } from './canonical-path.ts';

// Recorded from httpd 2.4.71: each byte but the slash sent as an escape, one request each.
const sentAsTheyAre = "!$&'()*+,-.0123456789:;=@ABCDEFGHIJKLMNOPQRSTUVWXYZ_abcdefghijklmnopqrstuvwxyz~/";

describe('canonicalPath', () => {
  it('escapes what httpd escapes', () => {
    for (let code = 1; code < 256; code++) {
      const char = String.fromCharCode(code);
      const escaped = `%${code.toString(16).toUpperCase().padStart(2, '0')}`;
      expect(canonicalPath(char, false)).toBe(sentAsTheyAre.includes(char) ? char : escaped);
    }
  });

  it.each([
    ['a%2fb', true, 'a%2fb'],
    ['a%2Fb c', true, 'a%2Fb%20c'],
    ['a%2fb', false, 'a%252fb'],
    ['100%', false, '100%25'],
    ['100%', true, 400],
    ['a%4', true, 400],
  ])('%s with slashes kept: %s', (path, keeps, expected) => {
    expect(canonicalPath(path, keeps)).toBe(expected);
  });
});

describe('canonicalHost', () => {
  it.each([
    ['Example.COM', { hostname: 'example.com', port: 0 }],
    ['user:pw@h:81', { hostname: 'h', port: 81 }],
    ['[::1]:8080', { hostname: '::1', port: 8080 }],
    ['h:0', 'Invalid host/port'],
    ['h:70000', 'Invalid host/port'],
    ['h:x', { hostname: 'h:x', port: 0 }],
    ['127.0.0.1:8080status', { hostname: '127.0.0.1:8080status', port: 0 }],
    ['h:8080x:81', { hostname: 'h:8080x', port: 81 }],
    ['[h:x]', { hostname: 'h:x', port: 0 }],
    ['[h]', 'Invalid host/port'],
    ['8080', 'Invalid host/port'],
    [':8080', 'Invalid host/port'],
    ['[::1', 'Invalid host/port'],
    ['', 'Invalid host/port'],
  ])('%s', (authority, expected) => {
    expect(canonicalHost(authority)).toEqual(expected);
  });
});
