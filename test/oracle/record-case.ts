import { installedVersion, startApache } from './apache.ts';
import { startBackEnds } from './back-ends.ts';
import { type Case, digestInputs, type Recording } from './case.ts';
import { createClient } from './client.ts';
import { clear, layOut } from './lay-out.ts';
import { furnishForCase } from './namespace.ts';
import { observe } from './observe.ts';
import { parseEndpoint } from './parse-requests.ts';

/** Asks the installed Apache; runs only within the namespace. */
export async function recordCase(testCase: Case): Promise<Recording> {
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
    const apache = await startApache();
    try {
      const exchanges = await observe(testCase, client, backEnds, apache.logs);
      return { server: `Apache/${installedVersion()}`, inputs: digestInputs(testCase.folder), exchanges };
    } finally {
      await apache.stop();
    }
  } finally {
    client.close();
    backEnds.close();
  }
}
