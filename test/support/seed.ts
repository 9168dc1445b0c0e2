import fc from 'fast-check';

/*
 * Set-up of every test: generated inputs are the same in each run, so that a change is judged by
 * what it changed and not by what chance tried this time. `TEST_SEED=7 npm test` tries others, and
 * `TEST_SEED=random` others each time; a failure names its seed.
 */

const asked = process.env.TEST_SEED ?? '1';

/** Where every generator of the tests begins. */
export const seed = asked === 'random' ? Math.floor(Math.random() * 2 ** 31) : Number(asked);
if (!Number.isInteger(seed)) throw new Error('TEST_SEED is neither an integer nor "random".');

fc.configureGlobal({ seed });
