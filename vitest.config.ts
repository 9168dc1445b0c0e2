import { defineConfig } from 'vitest/config';

/** The tests that start the built program. */
const onTheProgram = 'test/e2e/**/*.test.ts';

/** Other people's clients, which bring tests of their own along. */
const clients = 'test/clients/**';

export default defineConfig({
  test: {
    // Tests wait for events: these limits only end what hangs, on the slowest machine as well.
    testTimeout: 120_000,
    hookTimeout: 120_000,
    // Many tests keep a program of their own busy.
    maxWorkers: 2,
    setupFiles: ['test/support/seed.ts'],
    projects: [
      {
        extends: true,
        test: {
          name: 'program',
          include: [onTheProgram],
          globalSetup: ['test/support/build.ts'],
        },
      },
      // Needs no build, which takes longer than all of these tests of one folder.
      {
        extends: true,
        test: {
          name: 'source',
          include: ['test/**/*.test.ts'],
          exclude: [onTheProgram, clients],
          isolate: false,
          setupFiles: ['test/support/zero-timers.ts'],
        },
      },
    ],
  },
});
