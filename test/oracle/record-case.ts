import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { installedVersion, startApache } from './apache.ts';
import { startBackEnds } from './back-ends.ts';
import { type Case, digestInputs, type Recording } from './case.ts';
import { createClient } from './client.ts';
import { clear, layOut } from './lay-out.ts';
import { furnishForCase } from './namespace.ts';
import { observe } from './observe.ts';
import { parseEndpoint } from './parse-requests.ts';

/** A request that is logged in several files has all its lines after this time, even on a busy machine. */
const settleMs = 40;

/**
 * Asks the installed Apache; runs only within the namespace.
 * An earlier recording tells how many log lines to wait for.
 */
export async function recordCase(testCase: Case, earlier?: Recording): Promise<Recording> {
  furnishForCase(testCase);
  clear('/');
  layOut(testCase, '/');
  const backEnds = await startBackEnds(testCase.backEnds, (listen) => {
    const { address, port } = parseEndpoint(listen);
    return { address: testCase.hosts[address] ?? address, port };
  });
  const client = createClient(
    (to) => to,
    (from) => from,
  );
  try {
    const apache = await startApache(hasOwnLogs(testCase) ? settleMs : 0);
    try {
      const exchanges = await observe(testCase, client, backEnds, apache.logs, earlier);
      return { server: `Apache/${installedVersion()}`, inputs: digestInputs(testCase.folder), exchanges };
    } finally {
      await apache.stop();
    }
  } finally {
    client.close();
    backEnds.close();
  }
}

function hasOwnLogs({ folder }: Case): boolean {
  const file = join(folder, 'httpd.conf');
  return !existsSync(file) || /^\s*(CustomLog|TransferLog)/im.test(readFileSync(file, 'latin1'));
}
