import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    globalSetup: ['test/global-setup.ts'],
    include: ['grammar/**/*.test.ts', 'packages/*/src/**/*.test.ts', 'test/**/*.test.ts'],
    // Servers start and peers answer within seconds; a busy machine may need many times that.
    testTimeout: 120_000,
    expect: { poll: { timeout: 15_000 } },
  },
});
