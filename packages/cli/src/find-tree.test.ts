import { describe, expect, it } from 'vitest';
import { findTree, knownTrees } from './find-tree.ts';

const trees: readonly (readonly [
  title: string,
  files: readonly string[],
  given: Parameters<typeof findTree>[0],
  serverRoot: string,
  configFile: string,
])[] = [
  ['nothing known: Debian', [], {}, '/etc/apache2', '/etc/apache2/apache2.conf'],
  ['RHEL', ['/etc/httpd/conf/httpd.conf'], {}, '/etc/httpd', '/etc/httpd/conf/httpd.conf'],
  [
    'Homebrew',
    ['/opt/homebrew/etc/httpd/httpd.conf'],
    {},
    '/opt/homebrew/etc/httpd',
    '/opt/homebrew/etc/httpd/httpd.conf',
  ],
  [
    'Homebrew on Intel',
    ['/usr/local/etc/httpd/httpd.conf'],
    {},
    '/usr/local/etc/httpd',
    '/usr/local/etc/httpd/httpd.conf',
  ],
  [
    'the httpd image',
    ['/usr/local/apache2/conf/httpd.conf'],
    {},
    '/usr/local/apache2',
    '/usr/local/apache2/conf/httpd.conf',
  ],
  ['a ServerRoot with its file', ['/x/conf/httpd.conf'], { serverRoot: '/x' }, '/x', '/x/conf/httpd.conf'],
  ['a ServerRoot without a file', [], { serverRoot: '/x/' }, '/x', '/x/apache2.conf'],
  ['a relative file', [], { serverRoot: '/x', configFile: 'a/b.conf' }, '/x', '/x/a/b.conf'],
  ['an absolute file', ['/etc/httpd/conf/httpd.conf'], { configFile: '/b.conf' }, '/etc/httpd', '/b.conf'],
];

describe('findTree', () => {
  it.each(trees)('%s', (_title, files, given, serverRoot, configFile) => {
    expect(findTree(given, (path) => files.includes(path))).toEqual({ serverRoot, configFile });
  });

  it('prefers the trees in their order', () => {
    const everything = () => true;
    expect(findTree({}, everything).serverRoot).toBe(knownTrees[0]!.serverRoot);
  });
});
