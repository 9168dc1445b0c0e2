import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import * as z from 'zod';
import { minNode } from '../../src/version.ts';

/*
 * npm leaves out an optional package whose engine does not fit, such as the compiled part of a bundler: then
 * no test starts on the oldest Node.
 */

// Old packages have a list, of which npm knows nothing either.
const enginesSchema = z.object({ node: z.string().optional() }).optional().catch(undefined);
const lockfileSchema = z.object({
  packages: z.record(z.string(), z.object({ engines: enginesSchema })),
});

const partsOf = (version: string) => version.split('.').map(Number);

/** Whether a version is the same as another or later. */
function isSince(version: string, first: string): boolean {
  const [given, wanted] = [partsOf(version), partsOf(first)];
  const different = wanted.findIndex((part, index) => part !== (given[index] ?? 0));
  return different === -1 || (given[different] ?? 0) > (wanted[different] ?? 0);
}

/** Whether a range admits a version; false for what is not understood. */
function admits(range: string, version: string): boolean {
  return range.split('||').some((alternative) => {
    const [, sign, first = '', rest] =
      /^(\^|>=|) ?(\d+(?:\.\d+)*)(\.\*)?$/.exec(alternative.trim()) ?? [];
    if (alternative.trim() === '*') return true;
    if (sign === undefined || !isSince(version, first)) return false;
    const isOpen = sign === '>=';
    const isMajor = sign === '^' || rest !== undefined;
    return isOpen || (isMajor && partsOf(version)[0] === partsOf(first)[0]);
  });
}

test.each([
  ['>=18', true],
  ['>= 0.6', true],
  ['^20.17.0 || >=22.9.0', true],
  ['6.* || 20.*', true],
  ['*', true],
  ['^20.19.0 || >=22.12.0', false],
  ['^18 || >=21', false],
  ['20.18.1 - 22', false],
])('%s admits 20.18.1: %s', (range, isAdmitted) => {
  expect(admits(range, '20.18.1')).toBe(isAdmitted);
});

test('every package of the lockfile runs on the oldest Node', () => {
  const { packages } = lockfileSchema.parse(JSON.parse(readFileSync('package-lock.json', 'utf8')));
  const newer = Object.entries(packages).flatMap(([path, { engines }]) => {
    const range = engines?.node;
    return range === undefined || admits(range, minNode) ? [] : [`${path}: ${range}`];
  });
  expect(newer).toEqual([]);
});
