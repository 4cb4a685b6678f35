import { describe, expect, test } from 'vitest';
import { apacheVersion, digestInputs, listCases, loadCase, loadRecording } from './oracle/case.ts';
import { loadDivergences } from './oracle/divergences.ts';
import { replayCase } from './oracle/replay.ts';
import { startHttpdTs } from './oracle/start-httpd-ts.ts';

const cases = listCases();
const divergences = loadDivergences();

describe('recordings', () => {
  test.each(cases)('%s was recorded as it stands', (name) => {
    const { folder, exchanges } = loadCase(name);
    const recording = loadRecording(folder);
    const asked = { server: `Apache/${apacheVersion}`, inputs: digestInputs(folder) };
    expect(recording, 'edited since it was recorded: npm run record').toMatchObject(asked);
    expect(recording?.exchanges.map(({ title }) => title)).toEqual(exchanges.map(({ title }) => title));
  });

  test('divergences name cases that exist', () => {
    expect([...divergences.keys()].filter((name) => !cases.includes(name))).toEqual([]);
  });
});

const start = startHttpdTs;
if (start) {
  describe('httpd-ts answers as Apache did', () => {
    test.each(cases)('%s', async (name) => {
      const differences = await replayCase(name, start);
      if (divergences.has(name)) {
        expect(differences, 'passes now: take it out of divergences.yaml').not.toEqual([]);
      } else {
        const again = `this case alone: npx vitest run test/behaviour.test.ts --hideSkippedTests -t ${name}`;
        expect(differences.join('\n\n'), again).toBe('');
      }
    });
  });
}
