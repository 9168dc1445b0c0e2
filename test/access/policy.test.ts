import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { BrokenFile, parseJson } from '../../src/access/file-text.ts';
import {
  type AccessPolicy,
  combine,
  type Narrowable,
  type Narrowing,
  narrow,
  policySchema,
} from '../../src/access/policy.ts';
import { switchedOffBy } from '../../src/config/offered.ts';
import { confirmModes } from '../../src/safety/agreement.ts';
import { registry, tools } from '../../src/tools/registry.ts';
import { defaultToolsets, toolsets } from '../../src/tools/toolsets.ts';
import { runs } from '../support/runs.ts';

const spaces = ['spa_a', 'spa_b', 'spa_c'];
const toolNames = tools.map(({ name }) => name);

/** What nobody has narrowed. */
const everything: Narrowable = {
  policy: { readOnly: false, allowedSpaces: undefined },
  tools: undefined,
  toolsets: undefined,
  noSamples: false,
  confirm: 'none',
  space: 'spa_a',
};

const some = <Item>(items: readonly Item[]) =>
  fc.option(fc.subarray([...items], { minLength: 1 }), { nil: undefined });
const narrowings: fc.Arbitrary<Narrowing> = fc.record(
  {
    readOnly: fc.boolean(),
    spaces: some(spaces),
    tools: some(toolNames),
    toolsets: some(toolsets),
    confirm: fc.option(fc.constantFrom(...confirmModes), { nil: undefined }),
    samples: fc.boolean(),
  },
  { requiredKeys: [] },
);
const policies: fc.Arbitrary<AccessPolicy> = fc
  .tuple(narrowings, fc.option(fc.integer({ min: 1, max: 100 }), { nil: undefined }))
  .map(([policy, callsPerMinute]) => ({ ...policy, callsPerMinute }));
const givens: fc.Arbitrary<Narrowable> = fc.record({
  policy: fc.record({ readOnly: fc.boolean(), allowedSpaces: some(spaces) }),
  tools: some(toolNames),
  toolsets: some(toolsets),
  noSamples: fc.boolean(),
  confirm: fc.constantFrom(...confirmModes),
  space: fc.option(fc.constantFrom(...spaces), { nil: undefined }),
});

/** Everything that settings allow, as words. */
function allowedBy(given: Narrowable): Set<string> {
  const off = switchedOffBy(given);
  const { allowedSpaces } = given.policy;
  return new Set([
    ...toolNames.filter((name) => !off.has(name)),
    ...spaces.filter((space) => allowedSpaces?.includes(space) !== false),
    ...(given.noSamples ? [] : ['samples']),
    ...confirmModes.filter(
      (mode) => confirmModes.indexOf(mode) >= confirmModes.indexOf(given.confirm),
    ),
  ]);
}

/** What a policy alone forbids, written without the code that is tested. */
function forbiddenBy(policy: AccessPolicy): string[] {
  return [
    ...tools
      .filter(
        (tool) =>
          (policy.readOnly === true && !tool.hints.readOnlyHint) ||
          policy.tools?.includes(tool.name) === false ||
          policy.toolsets?.every((name) => !registry[name].includes(tool)),
      )
      .map(({ name }) => name),
    ...spaces.filter((space) => policy.spaces?.includes(space) === false),
    ...(policy.samples === false ? ['samples'] : []),
    ...(policy.confirm ? confirmModes.slice(0, confirmModes.indexOf(policy.confirm)) : []),
  ];
}

describe('a policy only narrows', () => {
  test('nothing is allowed that the settings or the policy forbid', () => {
    fc.assert(
      fc.property(givens, policies, (given, policy) => {
        const after = allowedBy(narrow(given, policy));
        const before = allowedBy(given);
        const forbidden = forbiddenBy(policy);
        expect([...after].filter((each) => !before.has(each))).toEqual([]);
        expect(forbidden.filter((each) => after.has(each))).toEqual([]);
        // Nor is anything lost that both allow.
        expect([...before].filter((each) => !forbidden.includes(each) && !after.has(each))).toEqual(
          [],
        );
      }),
      { numRuns: runs(300) },
    );
  });

  test('two policies are the same one after the other, in any order, or combined', () => {
    fc.assert(
      fc.property(givens, policies, narrowings, (given, one, other) => {
        const expected = allowedBy(narrow(narrow(given, one), other));
        expect(allowedBy(narrow(narrow(given, other), one))).toEqual(expected);
        expect(allowedBy(narrow(given, combine(one, other)))).toEqual(expected);
        expect(combine(one, other).callsPerMinute).toBe(one.callsPerMinute);
      }),
      { numRuns: runs(300) },
    );
  });

  test('a default space that is not allowed is none', () => {
    fc.assert(
      fc.property(givens, policies, (given, policy) => {
        const { space, policy: after } = narrow(given, policy);
        expect([given.space, undefined]).toContain(space);
        if (space !== undefined) expect(after.allowedSpaces?.includes(space)).not.toBe(false);
      }),
      { numRuns: runs(100) },
    );
    expect(narrow(everything, { spaces: ['spa_b'] }).space).toBeUndefined();
    expect(narrow(everything, { spaces: ['spa_a'] }).space).toBe('spa_a');
  });

  test('spaces that have nothing in common are none, not all', () => {
    const one = narrow(everything, { spaces: ['spa_a'] });
    expect(narrow(one, { spaces: ['spa_b'] }).policy.allowedSpaces).toEqual([]);
    expect(combine({ spaces: ['spa_a'] }, { spaces: ['spa_b'] }).spaces).toEqual([]);
  });

  test('naming a tool does not add the toolset that it is in', () => {
    const off = switchedOffBy(narrow(everything, { tools: ['run_audience', 'get_audience'] }));
    expect(off.has('run_audience')).toBe(true);
    expect(off.has('get_audience')).toBe(false);
    expect(narrow(everything, { toolsets: ['schedules'] }).toolsets).toEqual([]);
    expect(narrow(everything, {}).toolsets).toEqual(defaultToolsets);
  });

  test('the empty policy changes nothing, and other settings stay', () => {
    fc.assert(
      fc.property(givens, (given) => {
        expect(allowedBy(narrow(given, {}))).toEqual(allowedBy(given));
      }),
      { numRuns: runs(100) },
    );
    expect(narrow({ ...everything, timeoutMs: 5 }, { readOnly: true }).timeoutMs).toBe(5);
  });
});

describe('a policy in a file', () => {
  const problemsOf = (policy: unknown) => {
    try {
      parseJson(JSON.stringify(policy), policySchema);
    } catch (error) {
      if (error instanceof BrokenFile) return error.problems;
      throw error;
    }
    return [];
  };

  test('may have every field', () => {
    const policy = {
      readOnly: true,
      spaces: ['spa_a'],
      tools: ['get_audience'],
      toolsets: ['find'],
      confirm: 'writes',
      samples: false,
      callsPerMinute: 30,
      token: 'default',
    };
    expect(parseJson(JSON.stringify(policy), policySchema)).toEqual(policy);
    expect(parseJson('{}', policySchema)).toEqual({});
  });

  test.each([
    [{ readonly: true }, /^The file has an unknown field \(readonly\)\.$/],
    [{ readOnly: 'yes' }, /^readOnly must be true or false\.$/],
    [{ readOnly: null }, /^readOnly must be true or false\.$/],
    [{ spaces: [] }, /^spaces must not be empty/],
    [{ spaces: 'spa_a' }, /^spaces must be a list\.$/],
    [{ spaces: ['a', '..'] }, /^spaces\[1\] must /],
    [{ spaces: ['a,b'] }, /^spaces\[0\] must be a single name\.$/],
    [{ tools: ['get_audience', 'get_audiense'] }, /^tools\[1\] has an unknown tool.*did you mean/],
    [{ toolsets: ['all'] }, /^toolsets\[0\] must be a single name\.$/],
    [{ confirm: 'never' }, /^confirm must be "none" or "remove" or "writes"\.$/],
    [{ callsPerMinute: 0 }, /^callsPerMinute must be at least 1\.$/],
    [{ callsPerMinute: 1.5 }, /^callsPerMinute must be a whole number\.$/],
    [{ token: 'sgp_0123456789012345678901234567890123456789' }, /^token must have 1 to 32 letters/],
    [[], /^The file must be an object\.$/],
  ])('%j is refused', (policy, what) => {
    expect(problemsOf(policy)).toEqual([expect.stringMatching(what)]);
  });

  test('a field that may be a secret is not repeated', () => {
    expect(problemsOf({ sgp_0123456789abcdef: 1 })).toEqual(['The file has an unknown field.']);
  });
});
