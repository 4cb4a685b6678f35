import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['grammar/**/*.test.ts', 'packages/*/src/**/*.test.ts', 'test/**/*.test.ts'],
    testTimeout: 30_000,
  },
});
