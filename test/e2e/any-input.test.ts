import fc from 'fast-check';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type LogEntry, type Sandbox, start } from '../../src/sandbox/start.ts';
import { tools } from '../../src/tools/registry.ts';
import { callTool } from '../support/in-memory.ts';
import { plenty, plentyFlags } from '../support/plenty.ts';
import { type Session, startSession } from '../support/program.ts';
import { environmentFor } from '../support/rig.ts';
import { recentPeople } from '../support/shared-people.ts';
import { anyCharacter } from '../support/wild-text.ts';

/*
 * Whatever an agent passes: a result or a clean error, and a server that goes on.
 */

let sandbox: Sandbox;
let session: Session;
const requests: LogEntry[] = [];

beforeAll(async () => {
  sandbox = await start({
    edition: 'v1alpha',
    limits: plenty,
    people: recentPeople,
    log: (entry) => requests.push(entry),
  });
  session = await startSession(
    [...plentyFlags],
    environmentFor(sandbox.url, 'spa_shop_production'),
  );
});
afterAll(async () => {
  await session.close();
  await sandbox.close();
});

const tool = fc.constantFrom(...tools.map(({ name }) => name));
const field = fc.constantFrom(
  ...['spaceId', 'id', 'name', 'query', 'type', 'count', 'cursor', 'enabled', 'description'],
  ...['includeHistoricalData', 'includeAnonymousUsers', '__proto__', 'constructor', ''],
);
const value = fc.oneof(
  fc.string({ unit: anyCharacter }),
  fc.integer(),
  fc.boolean(),
  fc.jsonValue(),
);
const args = fc.oneof(
  fc.dictionary(field, value),
  fc.record(
    { id: fc.string(), name: fc.string(), query: fc.string(), type: fc.string() },
    { requiredKeys: [] },
  ),
);

test('any JSON as arguments gives a result or a clean error', async () => {
  await fc.assert(
    fc.asyncProperty(tool, args, async (name, given) => {
      const { error, structured } = await callTool(session.client, name, given);
      if (error)
        expect([
          ...['invalid_input', 'invalid_query', 'not_found', 'validation_failed', 'conflict'],
        ]).toContain(error.code);
      else expect(Object.keys(structured)).not.toEqual([]);
    }),
    { numRuns: 300 },
  );
  expect((await callTool(session.client, 'list_audiences')).error).toBeUndefined();
});

test('any id reaches Segment as one path segment, or is refused before it is sent', async () => {
  const id = fc.oneof(
    fc.string({ unit: anyCharacter, minLength: 1, maxLength: 255 }),
    fc.stringMatching(/^[./%\\?#;2eEfF]{1,12}$/),
  );
  await fc.assert(
    fc.asyncProperty(id, async (given) => {
      const before = requests.length;
      const { error } = await callTool(session.client, 'get_audience', { id: given });
      const [sent] = requests.slice(before);
      if (sent === undefined) {
        expect(error?.code).toBe('invalid_input');
        return;
      }
      const segments = sent.path.split('/');
      expect(segments).toHaveLength(5);
      expect(segments[4]).not.toMatch(/%2f|%5c|%(?:25)+(?:2f|5c)/i);
      expect(decodeURIComponent(segments[4] ?? '')).toBe(given);
      expect(sent.operation).toBe('get_audience');
    }),
    { numRuns: 300 },
  );
});
