import { operationNames } from '../../src/segment/editions/editions.ts';

/*
 * Quotas that no test uses up, for those in which quotas play no part.
 */

const perMinute = 100_000;

/** For a sandbox. */
export const plenty = Object.fromEntries(operationNames.map((name) => [name, perMinute]));

/** For a program. */
export const plentyFlags: readonly string[] = [
  '--rate-limits',
  operationNames.map((name) => `${name}=${perMinute}`).join(','),
];
