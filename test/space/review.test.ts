import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { outlineOf } from '../../src/query/index.ts';
import type { Audience } from '../../src/segment/models/audience.ts';
import { AudienceIndexBuilder } from '../../src/space/audience-index.ts';
import { cyclesIn } from '../../src/space/cycles.ts';
import {
  type Finding,
  findingKinds,
  type ReviewedAudience,
  type ReviewedSpace,
  review,
} from '../../src/space/review.ts';
import { audience } from '../support/in-memory.ts';
import { runs } from '../support/runs.ts';
import { anyCharacter } from '../support/wild-text.ts';

/** A space as it is read from Segment; each audience is connected to nothing and built on nothing. */
function spaceOf(...audiences: Partial<Audience>[]): ReviewedSpace {
  const builder = new AudienceIndexBuilder(outlineOf);
  audiences.forEach((each, n) => {
    const definition = { query: `trait('n') = ${n}` };
    builder.add(
      audience({ id: `aud_${n}`, name: `Name ${n}`, key: `key_${n}`, definition, ...each }),
    );
  });
  return builder.finish({ complete: true, readAt: 0 });
}
const defined = (query: string, more: Partial<Audience> = {}): Partial<Audience> => ({
  definition: { query },
  ...more,
});
const ids = ({ audiences }: Finding) => audiences.map(({ id }) => id);
const found = (kind: Finding['kind'], space: ReviewedSpace) =>
  review(space).filter((finding) => finding.kind === kind);

test('finds nothing in an empty space', () => {
  expect(review({ audiences: [], complete: true, destinations: new Map(), planLimit: 10 })).toEqual(
    [],
  );
});

describe('duplicates by name', () => {
  test.each([
    ['letter case and blanks', ['Big spenders', ' BIG spenders '], [['aud_0', 'aud_1']]],
    [
      'two groups',
      ['A', 'B', 'b', 'C', 'a'],
      [
        ['aud_0', 'aud_4'],
        ['aud_1', 'aud_2'],
      ],
    ],
    ['no names', ['', ''], []],
    ['different names', ['A', 'B'], []],
  ])('%s', (_, names, expected) => {
    const space = spaceOf(...names.map((name) => ({ name })));
    expect(found('duplicate_name', space).map(ids)).toEqual(expected);
  });
});

describe('duplicates by definition', () => {
  const query = "event('A').count() >= 1 AND trait('b') = 'c'";
  test('whatever the spelling and the length', () => {
    const long = (quote: string) =>
      Array.from({ length: 30 }, (_, n) => `trait(${quote}long_${n}${quote}) = 1`).join(' AND ');
    const space = spaceOf(
      defined(query),
      defined('( event("A").count()  .at_least(1) )   and trait("b").equals("c")'),
      defined(long("'")),
      defined(long('"')),
      defined(`${long("'")} AND trait('more') = 1`),
    );
    expect(found('duplicate_definition', space).map(ids)).toEqual([
      ['aud_0', 'aud_1'],
      ['aud_2', 'aud_3'],
    ]);
  });

  test("not at another level, with other members, or where it can't be read", () => {
    const linked = "entity('orders').where(property('total') > 5).count() >= 1";
    const broken = { definition: { query: "event('A" } };
    const space = spaceOf(
      defined(query, { audienceType: 'USERS' }),
      defined(query, { audienceType: 'ACCOUNTS' }),
      { audienceType: 'LINKED', definition: { query: linked } },
      { audienceType: 'LINKED', definition: { query: linked, targetEntity: 'orders' } },
      broken,
      broken,
      { definition: null },
      { definition: null },
    );
    expect(found('duplicate_definition', space)).toEqual([]);
  });
});

describe('a removed key', () => {
  const asks = (condition: string) => defined(condition);

  test('is one that is asked for like an audience and is known neither as key nor as trait', () => {
    const space = spaceOf(
      asks("trait('key_1') = 'true' AND trait('gone') = 'true'"),
      asks("NOT trait('gone') = 'true' OR trait('also_gone') != 'true'"),
      asks("trait('newsletter') = 'true'"),
    );
    const findings = found('removed_key', { ...space, traits: new Set(['newsletter']) });
    expect(findings.map((finding) => [finding.severity, ids(finding)])).toEqual([
      ['warning', ['aud_0', 'aud_1']],
      ['warning', ['aud_1']],
    ]);
    expect(findings[0]?.message).toContain('"gone"');
  });

  test('is only a hint where the traits of the space are not known', () => {
    const [finding, ...others] = found('removed_key', spaceOf(asks("trait('gone') = 'true'")));
    expect([finding?.severity, others]).toEqual(['hint', []]);
    expect(finding?.message).toContain('an ordinary trait, or its audience was removed');
  });

  test.each([
    ["trait('plan') = 'vip'"],
    ["trait('active') = true AND trait('active').exists()"],
    ["trait('flag') = 'true' AND trait('flag') = 'maybe'"],
    ["trait('address.city') = 'true'"],
    ["trait('Is Customer') = 'true'"],
    ["trait('flag').one_of('true', 'x')"],
    ["trait('flag').exists()"],
    ["event('true').where(property('gone') = 'true').count() >= 1"],
  ])('is nothing in %s', (condition) => {
    expect(found('removed_key', spaceOf(asks(condition)))).toEqual([]);
  });

  test('is not looked for in a part of a space', () => {
    const space = spaceOf(asks("trait('gone') = 'true'"));
    expect(found('removed_key', { ...space, complete: false })).toEqual([]);
  });

  test('is quoted without markup', () => {
    const [finding] = found('removed_key', spaceOf(asks("trait('_gone_') = 'true'")));
    expect(finding?.message).not.toContain('_gone_');
  });
});

test('tells the failed from the disabled', () => {
  const space = spaceOf(
    { status: 'FAILED', enabled: false },
    { status: 'Live', enabled: false },
    { status: 'Disabled' },
    { status: 'Live' },
    { status: 'Error' },
  );
  expect(found('failed', space).map(ids)).toEqual([['aud_0', 'aud_4']]);
  expect(found('disabled', space).map(ids)).toEqual([['aud_1', 'aud_2']]);
});

describe('cycles', () => {
  const on = (...keys: string[]) =>
    defined(["trait('x') = 1", ...keys.map((key) => `trait('${key}') = 'true'`)].join(' AND '));

  test.each([
    ['itself', [on('key_0')], [['aud_0']]],
    ['two', [on('key_1'), on('key_0'), on('key_0')], [['aud_0', 'aud_1']]],
    ['a chain', [on('key_1'), on('key_2'), on()], []],
    [
      'two circles',
      [on('key_3'), on('key_2'), on('key_4'), on('key_0'), on('key_1')],
      [
        ['aud_0', 'aud_3'],
        ['aud_1', 'aud_2', 'aud_4'],
      ],
    ],
  ])('%s', (_, audiences, expected) => {
    expect(found('cycle', spaceOf(...audiences)).map(ids)).toEqual(expected);
  });

  test('are found at the end of a long chain', () => {
    const count = 20_000;
    const next = (node: number) => (node < count - 1 ? [node + 1] : [count - 2]);
    expect(cyclesIn(count, next)).toEqual([[count - 2, count - 1]]);
  });

  test('are the nodes that lead to themselves, grouped by what leads to what', () => {
    const size = 7;
    const edges = fc.array(fc.tuple(fc.nat(size - 1), fc.nat(size - 1)), { maxLength: 16 });
    fc.assert(
      fc.property(edges, (list) => {
        const targets = (node: number) => list.flatMap(([from, to]) => (from === node ? [to] : []));
        const reached = (from: number) => {
          const all = new Set<number>();
          const waiting = targets(from);
          for (let node = waiting.pop(); node !== undefined; node = waiting.pop()) {
            if (!all.has(node)) waiting.push(...targets(node));
            all.add(node);
          }
          return all;
        };
        const nodes = Array.from({ length: size }, (_, node) => node);
        const onCycle = nodes.filter((node) => reached(node).has(node));
        const groupOf = (node: number) =>
          onCycle.filter((other) => reached(node).has(other) && reached(other).has(node));
        const expected = onCycle.map(groupOf).filter((group, at) => group[0] === onCycle[at]);
        expect(cyclesIn(size, targets)).toEqual(expected);
      }),
      { numRuns: runs(150) },
    );
  });
});

describe('who is built on', () => {
  const on = (key: string) => defined(`trait('${key}') = 'true'`);

  test('names those on which no other is built', () => {
    const space = spaceOf({}, on('key_0'), { key: null });
    const [finding] = found('not_built_on', space);
    expect(finding && ids(finding)).toEqual(['aud_1']);
    expect(finding?.message).not.toContain('could not be read');
    expect(found('not_built_on', { ...space, complete: false })).toEqual([]);
  });

  test('says how many definitions could not be read', () => {
    const [finding] = found('not_built_on', spaceOf({}, { definition: null }));
    expect(finding?.message).toContain('1 definition could not be read');
  });

  test('and is sent nowhere', () => {
    const space = spaceOf({}, on('key_0'), {}, {});
    const destinations = new Map([
      ['aud_0', 0],
      ['aud_1', 0],
      ['aud_2', 3],
    ]);
    expect(found('sent_nowhere', { ...space, destinations }).map(ids)).toEqual([['aud_1']]);
    expect(found('sent_nowhere', space)).toEqual([]);
  });
});

describe('the plan', () => {
  const space = (count: number) => spaceOf(...Array.from({ length: count }, () => ({})));

  test.each([
    [89, undefined],
    [90, '90 audiences; the plan includes 100'],
    [101, '101 audiences; the plan includes 100'],
  ])('with %i of 100', (count, message) => {
    const findings = found('near_plan_limit', { ...space(count), planLimit: 100 });
    expect(findings.map((finding) => finding.message)).toEqual(
      message === undefined ? [] : [expect.stringContaining(message)],
    );
  });

  test('is unknown by default', () => {
    expect(found('near_plan_limit', space(200))).toEqual([]);
  });
});

describe('batches that could be real time', () => {
  const inBatches = (query: string) => defined(query, { computeCadence: { type: 'BATCH' } });

  test('are those that nothing in the definition requires', () => {
    const space = spaceOf(
      inBatches("trait('plan') = 'vip'"),
      inBatches("event('A').within(7 days).count() >= 1"),
      inBatches("trait('since').before_date('2026-01-31')"),
      inBatches("trait('since').before_date('2026-01-31T00:00:00Z')"),
      defined("trait('plan') = 'vip'", { computeCadence: { type: 'REALTIME' } }),
      { ...inBatches("trait('plan') = 'free'"), audienceType: 'ACCOUNTS' },
    );
    const findings = found('batch_could_be_realtime', space);
    expect(findings.map(ids)).toEqual([['aud_0', 'aud_3'], ['aud_2']]);
    expect(findings[1]?.message).toContain('time zone');
  });
});

/** Any space, with few enough names that they meet. */
const word = fc.constantFrom('a', 'b', 'c', 'd');
const optional = <Value>(values: fc.Arbitrary<Value>) => fc.option(values, { nil: undefined });
const anyAudience: fc.Arbitrary<ReviewedAudience> = fc.record({
  id: fc.string({ maxLength: 3 }),
  name: optional(fc.oneof(word, fc.string({ unit: anyCharacter }))),
  key: optional(word),
  enabled: optional(fc.boolean()),
  status: optional(fc.oneof(fc.constantFrom('Failed', 'Disabled', 'Live'), fc.string())),
  type: optional(word),
  cadence: optional(fc.constantFrom('BATCH', 'REALTIME', 'x')),
  references: optional(fc.record({ traits: fc.array(word) })),
  memberships: fc.array(fc.oneof(word, fc.string({ unit: anyCharacter }))),
  possibleCadence: optional(
    fc.record({ type: fc.constantFrom('BATCH', 'REALTIME'), reasons: fc.array(fc.string()) }),
  ),
  definitionPrint: optional(fc.nat(3)),
});
const anySpace: fc.Arbitrary<ReviewedSpace> = fc.record({
  audiences: fc.array(anyAudience, { maxLength: 12 }),
  complete: fc.boolean(),
  traits: optional(fc.array(word).map((names) => new Set(names))),
  planLimit: optional(fc.integer()),
  destinations: optional(fc.array(fc.tuple(word, fc.nat(2))).map((pairs) => new Map(pairs))),
});

test('any space is reviewed, in a stable order', () => {
  fc.assert(
    fc.property(anySpace, (space) => {
      const findings = review(space);
      expect(review(structuredClone(space))).toEqual(findings);
      const ranks = findings.map(({ kind }) => findingKinds.indexOf(kind));
      expect(ranks).toEqual([...ranks].sort((a, b) => a - b));
      const rows = space.audiences.map(({ id, name }) => ({ id, name }));
      for (const { audiences, message, next } of findings) {
        let from = 0;
        const missing = audiences.filter((each) => {
          const at = rows.findIndex(
            ({ id, name }, place) => place >= from && id === each.id && name === each.name,
          );
          from = at + 1;
          return at === -1;
        });
        expect(missing).toEqual([]);
        expect(message).not.toMatch(/[\n\p{Cc}]/u);
        expect(next).toMatch(/\.$/);
      }
    }),
    { numRuns: runs(150) },
  );
});
