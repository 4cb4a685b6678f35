import { expect, test } from 'vitest';
import { tcpHandles } from './tcp-handles.ts';

// Everything works without them too, only slower, so nothing else would tell.
test('this Node lets connections be used without the streams of net', () => {
  expect(tcpHandles).toBeDefined();
});
