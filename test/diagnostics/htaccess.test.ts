import { mkdirSync, mkdtempSync, readFileSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openSite } from './ask-htaccess.ts';
import { diagnosticFixtures, layOutCase, maskOutput } from './diagnostic-case.ts';

/** A `.htaccess` and what Apache answers to a request for a file beside it. */
interface HtaccessCase {
  readonly id: string;
  /** AllowOverride of the directory; a line feed begins another directive. */
  readonly allowOverride: string;
  readonly htaccess: string;
  readonly status: number;
  readonly errorLog: string;
}

const cases = JSON.parse(
  readFileSync(join(diagnosticFixtures, 'htaccess/cases.json'), 'utf8'),
) as HtaccessCase[];

describe('.htaccess files are read and refused as Apache does', () => {
  let root: string;
  let get: ReturnType<typeof openSite>;

  beforeAll(() => {
    root = realpathSync(mkdtempSync(join(tmpdir(), 'httpd-ts-htaccess-')));
    const directories = cases.map(
      ({ id, allowOverride }) =>
        `<Directory @ROOT@/htdocs/${id}>\nAllowOverride ${allowOverride}\nRequire all granted\n</Directory>\n`,
    );
    layOutCase({ id: '', config: directories.join(''), exit: 0, stderr: '' }, root);
    for (const { id, htaccess } of cases) {
      const text = htaccess.replace(/\\\{(.)\*(\d+)\}/g, (_all, char: string, times: string) =>
        char.repeat(Number(times)),
      );
      mkdirSync(join(root, 'htdocs', id));
      writeFileSync(join(root, 'htdocs', id, 'x.txt'), 'x\n');
      writeFileSync(join(root, 'htdocs', id, '.htaccess'), text, 'latin1');
    }
    get = openSite(root);
  });

  afterAll(() => rmSync(root, { recursive: true, force: true }));

  it.each(cases.map((one) => [one.id, one] as const))('%s', async (id, one) => {
    const { status, entries } = await get(`/${id}/x.txt`);
    const log = entries.map(({ module, level, message, error, request }) => {
      const isWarning = module === 'core' && level === 'warn';
      const client = request === undefined || isWarning ? '' : '[client @CLIENT@] ';
      const told = `${error === undefined ? '' : `${error}: `}${message}`;
      return `[@TIME@] [${module}:${level}] [pid @PID@:tid @TID@] ${client}${maskOutput(told, root)}\n`;
    });
    expect({ status, log: log.join('').replace(/[^\x20-\x7e\n]/g, escaped) }).toEqual({
      status: one.status,
      log: one.errorLog,
    });
  });
});

const escaped = (char: string) => `\\x${char.charCodeAt(0).toString(16).padStart(2, '0')}`;
