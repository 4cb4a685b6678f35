import { expect, test } from 'vitest';
import { socketHandles } from './socket-handles.ts';

// Everything works without them too, only slower, so nothing else would tell.
test('this Node lets connections be used without the streams of net', () => {
  expect(socketHandles).toBeDefined();
});
