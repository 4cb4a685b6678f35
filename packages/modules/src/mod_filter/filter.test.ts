import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { createRegexEngine } from '@httpd-ts/regex';
import { describe, expect, it } from 'vitest';
import { answerOf, configuredServer, configuredWorld } from '../recorded-answers.ts';

const regex = createRegexEngine(
  readFileSync(createRequire(import.meta.url).resolve('@stephen-riley/pcre2-wasm/dist/libpcre2.wasm')),
);

const text = 'x'.repeat(100);
const mtimeMs = 1_580_702_706_000;
const files = {
  '/srv/a.html': { text, mtimeMs },
  '/srv/a.txt': { text, mtimeMs },
  '/srv/d/a.html': { text, mtimeMs },
};

/** Whether the filter was used: its mark is the coding that it adds. */
async function isFiltered(config: string, path: string): Promise<boolean> {
  const server = configuredServer(configuredWorld(`DocumentRoot /srv\n${config}`, files, { regex }));
  const { responseHeaders } = await answerOf(server, `GET ${path}`, { 'Accept-Encoding': 'gzip' });
  return responseHeaders.includes('Content-Encoding: gzip');
}

describe('conditions', () => {
  it.each([
    ["%{CONTENT_TYPE} = 'text/html'", true],
    ["%{CONTENT_TYPE} != 'text/html'", false],
    ['%{Content_Type} =~ m#^TEXT/#i', true],
    ['%{CONTENT_TYPE} =~ /^image/ || %{REQUEST_URI} == "/a.html"', true],
    ["!(%{CONTENT_TYPE} = 'text/html' && true)", false],
    ["resp('Content-Type') = 'text/html'", false],
    ['-f %{REQUEST_FILENAME}', true],
    ["-U '/a.html' && -n %{CONTENT_TYPE}", true],
    ['%{req:Accept-Encoding} !~ /gzip/', false],
    ['false', false],
  ])('%s', async (expression, used) => {
    const quoted = expression.replace(/"/g, '\\"');
    expect(await isFiltered(`FilterProvider f DEFLATE "${quoted}"\nFilterChain f`, '/a.html')).toBe(used);
  });
});

describe('chains', () => {
  const declared = 'FilterProvider f DEFLATE "true"\n';
  it.each([
    ['FilterChain f', true],
    ['FilterChain +f', true],
    ['FilterChain f -F', false],
    ['FilterChain f !', false],
    ['FilterChain x =f', true],
    ['FilterChain f =x', false],
    ['FilterChain @f', true],
    ['FilterChain f\n<Directory /srv/d>\nFilterChain !\n</Directory>', false],
    ['FilterChain x\n<Directory /srv/d>\nFilterChain f\n</Directory>', true],
    ['<Directory /srv/d>\nAddOutputFilterByType DEFLATE text/html\n</Directory>', true],
    ['AddOutputFilterByType DEFLATE;DEFLATE text/css text/html', true],
    ['AddOutputFilterByType DEFLATE text/*', false],
  ])('%s', async (lines, used) => {
    expect(await isFiltered(declared + lines, '/d/a.html')).toBe(used);
  });
});
