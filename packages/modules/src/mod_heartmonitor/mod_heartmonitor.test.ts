import { describe, expect, it } from 'vitest';
import { messageFields } from './heartbeat.ts';
import { readHeartbeats } from './heartbeat-file.ts';
import { heartbeatSlots } from './heartbeat-slots.ts';

describe('a storage file', () => {
  const at = { ip: '10.0.0.1', ready: 0, busy: 0, port: 80, seenMs: 100_000 };
  it.each([
    [
      '10.0.0.1 &ready=8&busy=2&lastseen=1&port=81\n',
      [{ ...at, ready: 8, busy: 2, port: 81, seenMs: 99_000 }],
    ],
    ['10.0.0.1 ready=8&busy=1', [{ ...at, ready: 8, busy: 1 }]],
    ['10.0.0.1 ready=x&busy=1&lastseen=3', [{ ...at, busy: 1, seenMs: 97_000 }]],
    ['#10.0.0.1 ready=8', []],
    ['10.0.0.1', []],
    ['', []],
  ])('%j', (text, expected) => {
    expect(readHeartbeats(text, 100_000)).toEqual(expected);
  });
});

describe('a message', () => {
  it.each([
    ['v=1&ready=75&busy=0', ['v=1', 'ready=75', 'busy=0']],
    ['v=1&ready=%37&busy=3&port=81', ['v=1', 'ready=7', 'busy=3', 'port=81']],
    ['junk', []],
    ['__proto__=1&constructor=2', ['__proto__=1', 'constructor=2']],
  ])('%j', (text, expected) => {
    expect([...messageFields(text)].map(([name, value]) => `${name}=${value}`)).toEqual(expected);
  });
});

describe('slots', () => {
  const slots = () => {
    const regions = new Map<string, SharedArrayBuffer>();
    return heartbeatSlots(
      {
        region(name, byteLength) {
          if (!regions.has(name)) regions.set(name, new SharedArrayBuffer(byteLength));
          return regions.get(name)!;
        },
        exclusively: (_name, critical) => critical(),
        thread: 0,
        threads: 1,
      },
      10,
    );
  };
  const heard = (i: number, seenMs = 1000) => ({ ip: `10.0.0.${i}`, ready: i, busy: 1, port: 80, seenMs });

  it('keep one for each server, and nothing more once all are taken', () => {
    const table = slots();
    for (let i = 1; i <= 12; i++) table.note(heard(i));
    table.note({ ...heard(3), ready: 77 });
    expect(table.all().map(({ ready }) => ready)).toEqual([1, 2, 77, 4, 5, 6, 7, 8, 9, 10]);
  });

  it('are freed when a server was silent too long', () => {
    const table = slots();
    table.note(heard(1, 1000));
    table.note(heard(200, 2000));
    table.forget(31_500);
    table.note(heard(3, 31_500));
    expect(table.all().map(({ ip }) => ip)).toEqual(['10.0.0.3', '10.0.0.200']);
  });
});
