import { expect, test } from 'vitest';
import { nearestName } from '../../src/text/nearest.ts';

const names = ['list_audiences', 'get_audience', 'check', 'read-only', 'spaceId', 'id'];

test.each([
  ['get_audiences', 'get_audience'],
  ['getAudience', 'get_audience'],
  ['chek', 'check'],
  ['chekc', 'check'],
  ['readonly', 'read-only'],
  ['space_id', 'spaceId'],
  ['ID', 'id'],
  ['delete_everything', undefined],
  ['', undefined],
  ['x'.repeat(100_000), undefined],
])('%s', (given, expected) => {
  expect(nearestName(given, names)).toBe(expected);
});
