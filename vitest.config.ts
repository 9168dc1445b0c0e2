import { defineConfig } from 'vitest/config';

/** The tests that start the built program. */
const onTheProgram = 'test/e2e/**/*.test.ts';

/**
 * The tests of the whole server, put together in the tests' own process: over HTTP, with each fault for
 * each kind of tool, and with programs of others, Redis and a browser.
 */
const inOneProcess = ['faults', 'http', 'integration'].map((each) => `test/${each}/**/*.test.ts`);

/** Other people's clients, which bring tests of their own along. */
const clients = 'test/clients/**';

export default defineConfig({
  test: {
    // Tests wait for events: these limits only end what hangs, on the slowest machine as well.
    testTimeout: 120_000,
    hookTimeout: 120_000,
    // Many tests keep a program of their own busy.
    maxWorkers: 2,
    // Tests make much that is gone at once: a large space for it spares most of the collecting. Much of the code
    // runs a few times only: it is compiled simply at once instead of being interpreted first.
    execArgv: ['--max-semi-space-size=64', '--always-sparkplug'],
    // What a file imports is there for the next one: importing takes longer than most files do.
    isolate: false,
    setupFiles: ['test/support/seed.ts'],
    projects: [
      {
        extends: true,
        test: {
          name: 'e2e',
          include: [onTheProgram],
          globalSetup: ['test/support/build.ts'],
          // These wait much of the time. A project with a number of its own needs a group, too.
          maxWorkers: 3,
          sequence: { groupOrder: 1 },
        },
      },
      // The source itself: needs no build.
      {
        extends: true,
        test: {
          name: 'unit',
          include: ['test/**/*.test.ts'],
          exclude: [onTheProgram, ...inOneProcess, clients],
          setupFiles: ['test/support/zero-timers.ts'],
        },
      },
      {
        extends: true,
        test: {
          name: 'integration',
          include: inOneProcess,
          globalSetup: ['test/support/build.ts'],
          setupFiles: ['test/support/zero-timers.ts'],
        },
      },
    ],
  },
});
