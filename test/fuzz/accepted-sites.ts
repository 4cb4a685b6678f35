import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Configuration, preamble } from './configurations.ts';
import { complaintOf, layOutFiles } from './start-servers.ts';

/**
 * The sites that both servers start with, as virtual hosts of one configuration; `refused` is told what httpd-ts says
 * about a line that Apache takes.
 */
export function acceptedSites<Site>(
  sites: readonly Site[],
  configurationOf: (sites: readonly Site[]) => Configuration,
  refused: (complaint: string) => void,
  backEndPorts: readonly number[] = [],
): readonly Site[] {
  const folder = mkdtempSync(join(tmpdir(), 'accepted-'));
  const root = join(folder, 'root');
  const textOf = (some: readonly Site[]) => preamble + configurationOf(some).text;
  const startable = (
    name: 'apache2' | 'httpd-ts',
    among: readonly Site[],
    complain: (complaint: string) => void,
  ): readonly Site[] => {
    const kept = [...among];
    for (;;) {
      const complaint = complaintOf(name, configurationOf(kept), folder, root, backEndPorts);
      const line = Number(/on line (\d+) of/.exec(complaint)?.[1]);
      const ends = kept.findIndex((_, at) => line <= textOf(kept.slice(0, at + 1)).split('\n').length);
      if (Number.isNaN(line) || ends < 0) return kept;
      complain(`${complaint.split('\n')[1]}: ${textOf(kept).split('\n')[line - 1]}`);
      kept.splice(ends, 1);
    }
  };
  layOutFiles(configurationOf(sites), root);
  const byApache = startable('apache2', sites, () => undefined);
  const byBoth = startable('httpd-ts', byApache, refused);
  rmSync(folder, { recursive: true });
  return byBoth;
}
