import { execFileSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { implementedModules, standardModules } from '@httpd-ts/modules';
import { describe, expect, it } from 'vitest';

const root = join(import.meta.dirname, '..');
const tracked = execFileSync('git', ['ls-files', '--cached', '--others', '--exclude-standard'], {
  cwd: root,
  encoding: 'utf8',
})
  .split('\n')
  .filter((path) => path !== '' && existsSync(join(root, path)));
const sources = tracked.filter((path) => path.endsWith('.ts') && !path.endsWith('.test.ts'));

/** Packages each package may import; the order of the pipeline. */
const mayImport: Readonly<Record<string, readonly string[]>> = {
  grammar: [],
  'packages/syntax': ['@httpd-ts/grammar'],
  'packages/regex': [],
  'packages/http1': [],
  'packages/kernel': ['@httpd-ts/grammar', '@httpd-ts/syntax', '@httpd-ts/regex', '@httpd-ts/http1'],
  'packages/modules': [
    '@httpd-ts/grammar',
    '@httpd-ts/syntax',
    '@httpd-ts/regex',
    '@httpd-ts/http1',
    '@httpd-ts/kernel',
  ],
  'packages/lint': [
    '@httpd-ts/grammar',
    '@httpd-ts/syntax',
    '@httpd-ts/regex',
    '@httpd-ts/http1',
    '@httpd-ts/kernel',
    '@httpd-ts/modules',
  ],
  'packages/server': [
    '@httpd-ts/http1',
    '@httpd-ts/kernel',
    '@httpd-ts/modules',
    '@httpd-ts/regex',
    '@httpd-ts/syntax',
  ],
  'packages/cli': [
    '@httpd-ts/http1',
    '@httpd-ts/kernel',
    '@httpd-ts/lint',
    '@httpd-ts/modules',
    '@httpd-ts/server',
    '@httpd-ts/regex',
    '@httpd-ts/syntax',
  ],
};
const pure = [
  'grammar',
  'packages/syntax',
  'packages/regex',
  'packages/http1',
  'packages/kernel',
  'packages/modules',
  'packages/lint',
];

const packageOf = (path: string) => Object.keys(mayImport).find((name) => path.startsWith(`${name}/`));

interface Import {
  readonly from: string;
  readonly target: string;
}

const imports: Import[] = sources.flatMap((path) => {
  const text = readFileSync(join(root, path), 'utf8');
  return [...text.matchAll(/(?:from|import)\s*\(?\s*'([^']+)'/g)].map(([, target]) => ({
    from: path,
    target: target!,
  }));
});

/** GitHub's anchor of a heading. */
const headingAnchor = (heading: string) =>
  heading
    .toLowerCase()
    .replaceAll(/[^\p{L}\p{N} _-]/gu, '')
    .replaceAll(' ', '-');

/** Whether a link of a Markdown file leads to a file and, if it names one, to a place in it. */
function leadsSomewhere(from: string, file: string | undefined, anchor: string | undefined): boolean {
  const path = file === undefined ? from : join(dirname(from), file);
  if (!existsSync(join(root, path))) return false;
  if (anchor === undefined || !path.endsWith('.md')) return true;
  const text = readFileSync(join(root, path), 'utf8');
  const headings = [...text.matchAll(/^#+ (.+)$/gm)].map(([, heading]) => headingAnchor(heading!));
  return headings.includes(anchor) || text.includes(`id="${anchor}"`);
}

describe('imports', () => {
  it('point from later packages to earlier ones only', () => {
    const wrong = imports.filter(({ from, target }) => {
      const own = packageOf(from);
      if (own === undefined || !target.startsWith('@httpd-ts/')) return false;
      const name = target.split('/').slice(0, 2).join('/');
      return !mayImport[own]!.includes(name);
    });
    expect(wrong).toEqual([]);
  });

  it('reach another package by its name, never by a path', () => {
    const wrong = imports.filter(({ from, target }) => {
      const own = packageOf(from);
      if (own === undefined || !target.startsWith('.')) return false;
      return !join(dirname(from), target).startsWith(`${own}/`);
    });
    expect(wrong).toEqual([]);
  });

  it('bring nothing of Node into what must run anywhere', () => {
    const wrong = imports.filter(
      ({ from, target }) => pure.includes(packageOf(from) ?? '') && target.startsWith('node:'),
    );
    expect(wrong).toEqual([]);
  });

  it('meet another module at its contract only', () => {
    const folder = (path: string) => /^packages\/modules\/src\/([^/]+)\//.exec(path)?.[1];
    const wrong = imports.filter(({ from, target }) => {
      const own = folder(from);
      if (own === undefined || !target.startsWith('.')) return false;
      const path = join(dirname(from), target);
      const other = folder(path);
      return other !== undefined && other !== own && !path.endsWith('/contract.ts');
    });
    expect(wrong.map(({ from, target }) => `${from} imports ${target}`)).toEqual([]);
  });

  it('keep the stages of the kernel in order', () => {
    const stage = (path: string) => /^packages\/kernel\/src\/([123])-/.exec(path)?.[1];
    const wrong = sources
      .filter((path) => stage(path) !== undefined)
      .flatMap((path) => {
        const text = readFileSync(join(root, path), 'utf8');
        return [...text.matchAll(/^import (?!type )[^;]*?from '(\.[^']+)'/gm)]
          .map(([, target]) => relative(root, join(root, dirname(path), target!)))
          .filter((target) => stage(target) === '3' && stage(path)! < '3')
          .map((target) => `${path} imports ${target}`);
      });
    expect(wrong).toEqual([]);
  });
});

describe('the tree', () => {
  it('has no folder without a sentence to say for itself', () => {
    const wrong = tracked.filter((path) => /(^|\/)(utils?|helpers?|common|misc)(\/|\.ts$)/.test(path));
    expect(wrong).toEqual([]);
  });

  it('names module folders as Apache does, each in the list of modules', () => {
    const folders = readdirSync(join(root, 'packages/modules/src'), { withFileTypes: true })
      .filter((entry) => entry.isDirectory())
      .map(({ name }) => name)
      .sort();
    expect(folders).toEqual(implementedModules.map(({ name }) => name).sort());
  });

  it('has no test that is switched off and no default export', () => {
    const wrong = tracked.filter((path) => {
      if (!path.endsWith('.ts') || path === 'vitest.config.ts' || path === 'test/repository.test.ts')
        return false;
      const text = readFileSync(join(root, path), 'utf8');
      return /\b(?:it|test|describe)\.(?:skip|todo|only)\(/.test(text) || /^export default /m.test(text);
    });
    expect(wrong).toEqual([]);
  });
});

describe('tables', () => {
  it('are asked for names from outside with entryOf, as plain indexing finds what all objects inherit', () => {
    const ofPackages = sources.filter((path) => path.startsWith('packages/'));
    const found = ofPackages.flatMap((path) => {
      const text = readFileSync(join(root, path), 'utf8');
      const tables = [...text.matchAll(/^(?:export )?const (\w+): Readonly<Record<string, /gm)];
      return tables
        .map(([, name]) => name!)
        .filter((name) => !text.includes(`Object.hasOwn(${name},`))
        .flatMap((name) => [...text.matchAll(new RegExp(`(?<![\\w.])${name}\\[(?!')[^\\]]+\\](?! = )`, 'g'))])
        .map(([use]) => `${path}: ${use}`);
    });
    expect(found).toEqual([]);
  });
});

describe('the documentation', () => {
  it('links to what is there', () => {
    const wrong = tracked
      .filter((path) => path.endsWith('.md'))
      .flatMap((path) => {
        const text = readFileSync(join(root, path), 'utf8');
        return [...text.matchAll(/\]\((?![a-z]+:)([^)#\s]+)?(?:#([^)\s]+))?\)/g)]
          .filter(([, file, anchor]) => !leadsSomewhere(path, file, anchor))
          .map(([link]) => `${path} ${link}`);
      });
    expect(wrong).toEqual([]);
  });

  it('names scripts that exist', () => {
    const { scripts } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as {
      scripts: Record<string, string>;
    };
    const wrong = tracked
      .filter((path) => path.endsWith('.md'))
      .flatMap((path) =>
        [...readFileSync(join(root, path), 'utf8').matchAll(/\bnpm run (?:-s )?([a-z][\w:-]*)/g)]
          .filter(([, name]) => scripts[name!] === undefined)
          .map(([command]) => `${path}: ${command}`),
      );
    expect(wrong).toEqual([]);
  });

  it('names files of the repository that exist', () => {
    const wrong = tracked
      .filter((path) => path.endsWith('.md'))
      .flatMap((path) =>
        [
          ...readFileSync(join(root, path), 'utf8').matchAll(
            /`((?:packages|grammar|scripts|test|fixtures|bench|docs)\/[\w./-]+)`/g,
          ),
        ]
          .filter(([, named]) => !existsSync(join(root, named!)))
          .map(([, named]) => `${path}: ${named}`),
      );
    expect(wrong).toEqual([]);
  });
});

describe('declarations', () => {
  it('name each directive once in a module, as httpd registers it', () => {
    const wrong = standardModules.flatMap(({ name, directives }) =>
      Object.keys(directives)
        .filter((directive) => !/^<?[A-Za-z][A-Za-z0-9_]*$/.test(directive))
        .map((d) => `${name}: ${d}`),
    );
    expect(wrong).toEqual([]);
  });

  it('say which classes allow what may stand in .htaccess', () => {
    const wrong = standardModules.flatMap(({ name, directives }) =>
      Object.entries(directives)
        .filter(([, { context, overrideClasses }]) => context === 'anywhere' && overrideClasses.length === 0)
        .map(([directive]) => `${name}: ${directive}`),
    );
    expect(wrong).toEqual([]);
  });
});
