import { describe, expect, test } from 'vitest';
import { NarrowingError, policyFromFlags, policyFromQuery } from '../../src/access/policy-words.ts';
import { parseCommand } from '../../src/cli.ts';

const read = (query: string) => policyFromQuery(new URLSearchParams(query));

describe('the query of the endpoint', () => {
  test.each([
    ['', {}],
    ['read_only=1', { readOnly: true }],
    ['read_only=TRUE', { readOnly: true }],
    ['read_only=0', {}],
    ['read_only=false', {}],
    ['spaces=spa_a,spa_b', { spaces: ['spa_a', 'spa_b'] }],
    ['toolsets=find&tools=get_audience', { toolsets: ['find'], tools: ['get_audience'] }],
    ['confirm=writes&samples=0', { confirm: 'writes', samples: false }],
    ['samples=1', {}],
  ])('%s is read', (query, policy) => {
    expect(read(query)).toEqual(policy);
  });

  test.each([
    ['readonly=1', 'Parameter readonly is unknown; expected one of read_only'],
    ['sgm_secret=1', 'Parameter 1 of the URL is unknown'],
    ['read_only=1&token=x', 'Parameter 2 of the URL is unknown'],
    ['calls_per_minute=9', 'is unknown'],
    ['__proto__=1', 'is unknown'],
    ['read_only', 'The parameter read_only is empty'],
    ['spaces=', 'The parameter spaces is empty'],
    ['spaces=,', 'The parameter spaces must name at least one'],
    ['spaces=..', 'The parameter spaces must'],
    ['spaces=${SPACES}', 'The parameter spaces holds a placeholder'],
    ['read_only=perhaps', 'The parameter read_only must be 1 or 0'],
    ['read_only=1&read_only=0', 'The parameter read_only is given more than once'],
    ['tools=get_audiense', 'did you mean get_audience?'],
    ['tools=sgp_secret', 'has an unknown tool in entry 1'],
    ['toolsets=finds', 'has an unknown toolset'],
    ['confirm=never', 'The parameter confirm must be none, remove or writes'],
  ])('%s is refused', (query, message) => {
    expect(() => read(query)).toThrow(NarrowingError);
    expect(() => read(query)).toThrow(message);
    try {
      read(query);
    } catch (error) {
      expect(String(error)).not.toMatch(/secret|SPACES/);
    }
  });
});

describe('flags', () => {
  const readLine = (...line: string[]) => {
    const command = parseCommand(['keys', 'add', ...line]);
    if (command.kind !== 'keys') throw new Error('it is another command');
    return policyFromFlags(command.flags);
  };

  test('make up a policy', () => {
    const line = ['--read-only', '--spaces', 'a,b', '--tools=get_audience', '--toolsets=find'];
    const others = ['--confirm=writes', '--no-samples', '--calls-per-minute=30', '--use-token=eu'];
    expect(readLine(...line, ...others)).toEqual({
      problems: [],
      policy: {
        readOnly: true,
        spaces: ['a', 'b'],
        tools: ['get_audience'],
        toolsets: ['find'],
        confirm: 'writes',
        samples: false,
        callsPerMinute: 30,
        token: 'eu',
      },
    });
  });

  test.each([
    [['--spaces', ''], '--spaces is empty'],
    [['--spaces', '$SPACES'], '--spaces holds a placeholder'],
    [['--tools', 'create'], '--tools has an unknown tool'],
    [['--calls-per-minute', '0'], '--calls-per-minute must be a whole number'],
    [['--use-token', 'sgp_01234567890123456789012345678901234'], '--use-token must have 1 to 32'],
  ])('%j is refused', (line, problem) => {
    expect(readLine(...line).problems).toEqual([expect.stringContaining(problem)]);
  });
});
