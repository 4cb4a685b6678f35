import { availableParallelism } from 'node:os';
import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    globalSetup: ['test/global-setup.ts'],
    setupFiles: ['test/property-seed.ts'],
    // Most tests wait for a server or a peer: more of them at once is less waiting, not more work.
    maxWorkers: Math.max(2, availableParallelism() - 1),
    include: ['grammar/**/*.test.ts', 'packages/*/src/**/*.test.ts', 'test/**/*.test.ts'],
    // Servers start and peers answer within seconds; a busy machine may need many times that.
    testTimeout: 120_000,
    hookTimeout: 120_000,
    expect: { poll: { timeout: 15_000 } },
  },
});
