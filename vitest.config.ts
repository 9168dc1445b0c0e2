import { defineConfig } from 'vitest/config';

/** The tests that start the built program. */
const onTheProgram = 'test/e2e/**/*.test.ts';

export default defineConfig({
  test: {
    testTimeout: 20_000,
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
          exclude: [onTheProgram],
          isolate: false,
        },
      },
    ],
  },
});
