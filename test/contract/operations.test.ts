import { describe, expect, test } from 'vitest';
import { mediaTypes } from '../../src/sandbox/media.ts';
import * as sandbox from '../../src/sandbox/operations.ts';
import { mediaType, operationNames, operations } from '../../src/segment/operations.ts';

/*
 * The client and the sandbox state the contract each on its own; here the two are put side by side.
 */

const stated = sandbox.statedOperations('v1alpha');

test('both know the same operations', () => {
  expect(stated.map(({ name }) => name).sort()).toEqual([...operationNames].sort());
});

test('both speak the same edition', () => {
  for (const { media } of stated) {
    expect(media.map((each) => mediaTypes[each])).toEqual([mediaType]);
  }
});

describe.each(operationNames)('%s', (name) => {
  test('has the same method, path and limit on both sides', () => {
    const { method, path, perMinute } = operations[name];
    expect(stated.find((each) => each.name === name)).toMatchObject({ method, path, perMinute });
  });

  test('is found by the sandbox under the path that the client fills', () => {
    const { method, path } = operations[name];
    const target = path.replace('{spaceId}', 's').replace('{id}', 'i');
    expect(sandbox.findRoute(method, target)?.operation).toBe(name);
  });
});
