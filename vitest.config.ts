import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    globalSetup: ['test/support/build.ts'],
    // Tests wait for events: these limits only end what hangs, on the slowest machine as well.
    testTimeout: 120_000,
    hookTimeout: 120_000,
    // Many tests keep a program of their own busy.
    maxWorkers: 2,
  },
});
