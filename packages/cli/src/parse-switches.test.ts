import { describe, expect, it } from 'vitest';
import { noSwitches, parseSwitches, type Switches } from './parse-switches.ts';

const good: readonly (readonly [string, Partial<Switches>])[] = [
  ['', {}],
  ['-t', { checkOnly: true }],
  ['-d /a -f b', { serverRoot: '/a', configFile: 'b' }],
  ['-d/a -fb', { serverRoot: '/a', configFile: 'b' }],
  ['-DFOREGROUND -D X', { defines: ['FOREGROUND', 'X'] }],
  ['-S', { checkOnly: true, defines: ['DUMP_VHOSTS', 'DUMP_RUN_CFG'] }],
  ['-M', { checkOnly: true, defines: ['DUMP_MODULES'] }],
  ['-X', { defines: ['DEBUG'] }],
  ['-tDA', { checkOnly: true, defines: ['A'] }],
  ['-C a -c b -C c', { before: ['a', 'c'], after: ['b'] }],
  ['-k graceful-stop', { signal: 'graceful-stop' }],
  ['-kstop', { signal: 'stop' }],
  ['-e TRACE3', { startupLevel: 'trace3' }],
  ['-E log -T', { startupLog: 'log', checkDocumentRoot: false }],
  ['-- -t', { checkOnly: true }],
  ['--anything -t', { checkOnly: true }],
  ['-V', { showSettings: true }],
  ['-L', { showDirectives: true }],
  ['-D --x', { defines: ['--x'] }],
  ['--allow-unsupported=A,B --allow-unsupported=all', { allowUnsupported: ['A', 'B', 'all'] }],
];

describe('parseSwitches', () => {
  it.each(good)('%s', (line, expected) => {
    const args = line.split(' ').filter((word) => word !== '');
    expect(parseSwitches(args)).toEqual({
      kind: 'run',
      switches: { ...noSwitches(), ...expected, words: expect.anything() },
    });
  });

  it.each([
    ['-d/a -DA -D B -kstart -f b', '-d /a -D A -D B -f b'],
    ['-d /a -e debug -k graceful -DC', '-d /a -e debug -D C'],
    ['-XTDFOREGROUND', '-X -T -D FOREGROUND'],
    ['--anything --allow-unsupported=A -c x', '--allow-unsupported=A -c x'],
  ])('%s is logged as %s', (line, logged) => {
    const parsed = parseSwitches(line.split(' '));
    expect(parsed.kind === 'run' && parsed.switches.words.join(' ')).toBe(logged);
  });

  it.each([
    ['-v', { kind: 'version' }],
    ['-t -v -z', { kind: 'version' }],
    ['-l -z', { kind: 'static-modules' }],
    ['-h', { kind: 'usage' }],
    ['-t extra', { kind: 'usage' }],
    ['-t - -v', { kind: 'usage' }],
    ['-e loud', { kind: 'usage' }],
    ['-z -v', { kind: 'usage', complaint: 'illegal option -- z' }],
    ['-tz', { kind: 'usage', complaint: 'illegal option -- z' }],
    ['-k', { kind: 'usage', complaint: 'illegal option -- k' }],
    ['-k foo', { kind: 'usage', complaint: 'illegal option -- k' }],
    ['-D', { kind: 'usage', complaint: 'option requires an argument -- D' }],
  ])('%s', (line, expected) => {
    expect(parseSwitches(line.split(' '))).toEqual(expected);
  });
});
