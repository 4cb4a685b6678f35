import { describe, expect, it } from 'vitest';
import { matchServlet } from './match-servlet.ts';

describe('matchServlet', () => {
  // Recorded from httpd 2.4.71: mod_proxy/servlet-paths.
  it.each([
    ['/servlet/a;p=1/b;q', '/servlet/', 'a;p=1/b;q', '/servlet/a/b'],
    ['/servlet/x/..;/b', '/servlet/', 'b', '/servlet/b'],
    ['/servlet/x/..;p=1/b;q', '/servlet/', 'b;q', '/servlet/b'],
    ['/servlet/a/x/..;/b', '/servlet/', 'a/x/..;/b', '/servlet/a/b'],
    ['/servlet/.;/a', '/servlet/', '.;/a', '/servlet/a'],
    ['/servlet/;/', '/servlet/', '', '/servlet/'],
    ['/servlet/a/.;', '/servlet/', 'a/.;', '/servlet/a/'],
    ['/two;a/levels;b/c', '/two/levels/', 'c', '/two/levels/c'],
    ['/two/levels/..;/levels/d', '/two/levels/', 'd', '/two/levels/d'],
    ['/sv', '/sv', '', '/sv'],
    ['/sv;p=1/', '/sv', '/', '/sv/'],
    ['/sv/a;p=1', '/sv', '/a;p=1', '/sv/a'],
    ['/a/b', '/', 'a/b', '/a/b'],
    ['/', '/', '', '/'],
  ])('%s by %s', (uri, alias, rest, path) => {
    expect(matchServlet(uri, alias)).toEqual({ rest, path });
  });

  it.each([
    ['/servlet/..;/b', '/servlet/'],
    ['/servlet;p=1', '/servlet/'],
    ['/serv;y/let/a', '/servlet/'],
    ['/servlett/a', '/servlet/'],
    ['/..;/servlet/a', '/servlet/'],
    ['/svx', '/sv'],
  ])('%s is not of %s', (uri, alias) => {
    expect(matchServlet(uri, alias)).toBeUndefined();
  });
});
