import { isPattern, matchesPattern, nextWord, serverRootRelative } from '@httpd-ts/kernel';
import { lines } from '@httpd-ts/syntax';
import { type Configuration, defineRule } from '../rule.ts';

type Files = Configuration['world']['files'];

const isDirectory = (files: Files, path: string) => {
  const info = files.stat(path);
  return typeof info === 'object' && info.type === 'directory';
};

/** Why a path means no file; undefined where it means some, or where its directory is merely empty. */
function whyNothing(files: Files, path: string): string | undefined {
  const parts = path.split('/').filter((part) => part !== '');
  let directory = '';
  for (const [index, part] of parts.entries()) {
    const here = directory === '' ? '/' : directory;
    if (!isPattern(part)) {
      directory = `${directory}/${part}`;
      if (typeof files.stat(directory) !== 'object') return `there is no ${directory}`;
      continue;
    }
    if (!isDirectory(files, here)) return `there is no directory ${here}`;
    const names = files.readDirectory(here);
    if (typeof names === 'string' || names.length === 0) return undefined;
    const matching = names.filter((name) => matchesPattern(part, name, { period: true }));
    if (matching.length > 0 || index < parts.length - 1) return undefined;
    const visible = names.filter((name) => !name.startsWith('.') && !/^README/i.test(name));
    if (visible.length === 0) return undefined;
    const some = visible.slice(0, 3).join(', ');
    return `no name in ${here} matches ${part}: there are ${some}${visible.length > 3 ? ' and more' : ''}`;
  }
  return undefined;
}

export const includeWithoutMatch = defineRule({
  name: 'include-without-match',
  severity: 'warning',
  what: 'IncludeOptional names files that are not there, although the directory has others or is itself missing.',
  why: 'Nothing is read and nobody is told. A file without the ending that the pattern asks for is the usual reason.',
  instead: 'Correct the path, or rename the files (on Debian: sites need the ending .conf).',
  bad: {
    config: 'IncludeOptional /etc/sites/*.conf\n',
    line: 1,
    files: { '/etc/sites/example.com': 'Listen 80\n' },
  },
  good: {
    config: 'IncludeOptional /etc/sites/*.conf\nIncludeOptional /etc/none/*.conf\n',
    files: { '/etc/sites/example.com.conf': 'Listen 80\n', '/etc/none/': '' },
  },
  check({ sources, world, serverRoot, kind, isUnknown }, report) {
    for (const file of sources.files) {
      for (const line of lines(file)) {
        if (line.kind !== 'directive' || line.name.toLowerCase() !== 'includeoptional') continue;
        const pattern = nextWord({ text: line.arguments, at: 0 });
        // A fragment's relative paths are below a ServerRoot that is not known.
        if (pattern === '' || pattern.includes('${') || (kind !== 'whole' && !pattern.startsWith('/')))
          continue;
        const path = serverRootRelative(serverRoot, pattern);
        const why = whyNothing(world.files, path);
        if (why === undefined || isUnknown(path)) continue;
        const offset = file.text.indexOf(pattern, line.start);
        report({
          file,
          offset: offset < 0 ? line.start : offset,
          length: pattern.length,
          line: line.line,
          text: `nothing is read: ${why}`,
        });
      }
    }
  },
});
