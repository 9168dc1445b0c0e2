import { describe, expect, test } from 'vitest';
import { mediaTypes } from '../../src/sandbox/media.ts';
import * as sandbox from '../../src/sandbox/operations.ts';
import { editions, operationNames } from '../../src/segment/editions/editions.ts';
import type { EditionName } from '../../src/segment/editions/row.ts';

/*
 * The client and the sandbox state the contract each on its own; here the two are compared.
 */

/** What Segment has, and the client has no use for. */
const unused = ['get_audience_schedule_from_space_and_audience'];

/** A path without the names of its parameters, which never go over the wire. */
const shapeOf = (path = '') => path.replace(/\{[\w:]+\}/g, '{}');

describe.each(['v1alpha', 'v1'] satisfies EditionName[])('edition %s', (edition) => {
  const stated = sandbox.statedOperations(edition);
  const { mediaType, rows } = editions[edition];

  test('both know the same operations', () => {
    const used = stated.map(({ name }) => name).filter((name) => !unused.includes(name));
    expect(used.sort()).toEqual(Object.keys(rows).sort());
  });

  describe.each(operationNames.filter((name) => rows[name]))('%s', (name) => {
    const row = rows[name];

    test('has the same method, path and limit on both sides', () => {
      const { method, path, perMinute } = stated.find((each) => each.name === name) ?? {};
      expect(row?.method).toBe(method);
      expect(shapeOf(row?.path)).toBe(shapeOf(path));
      expect(row?.perMinute).toBe(perMinute);
    });

    test('is asked for by a media type that it has', () => {
      const { media = [] } = stated.find((each) => each.name === name) ?? {};
      const [mostStable] = media.map((each) => mediaTypes[each]);
      expect(row?.mediaType ?? mediaType).toBe(mostStable);
    });

    test('is found by the sandbox under the path that the client fills', () => {
      const { method = '', path = '' } = row ?? {};
      const target = path.replace(/\{[\w:]+\}/g, 'x');
      expect(sandbox.findRoute(method, target)?.operation).toBe(name);
    });
  });
});

test('every operation is in the newest edition', () => {
  expect(Object.keys(editions.v1.rows).sort()).toEqual([...operationNames].sort());
});
