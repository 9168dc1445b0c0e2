import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { parseCommand } from '../src/cli.ts';
import { ConfigError, type Environment, type Flags, readConfig } from '../src/config.ts';

const token = 'a-token-for-tests';
const env = (more: Environment = {}) => ({ SEGMENT_API_TOKEN: token, ...more });

/** The problems that reading these settings ends with. */
function problems(
  flags: Flags,
  environment: Environment,
  known: readonly string[] = [],
): readonly string[] {
  try {
    readConfig(flags, environment, known);
  } catch (error) {
    if (error instanceof ConfigError) return error.problems;
    throw error;
  }
  return [];
}

describe('what is read', () => {
  test('with a token alone: the US, and the usual times', () => {
    expect(readConfig({}, env())).toEqual({
      target: { kind: 'live', baseUrl: 'https://api.segmentapis.com', token },
      space: undefined,
      edition: 'auto',
      timeoutMs: 30_000,
      maxWaitMs: 45_000,
      perMinute: {},
      queryCheck: 'error',
      policy: { readOnly: false, allowedSpaces: undefined },
      tools: undefined,
      confirm: 'remove',
      ask: 'auto',
      secrets: undefined,
      stateFolder: undefined,
      auditLog: undefined,
      logLevel: 'info',
    });
  });

  test('the EU has another address', () => {
    const { target } = readConfig({ region: 'eu' }, env());
    expect(target).toMatchObject({ baseUrl: 'https://eu1.api.segmentapis.com' });
  });

  test('flags win over the environment', () => {
    const config = readConfig(
      { space: 'spa_flag', 'timeout-ms': '5' },
      env({ SEGMENT_SPACE_ID: 'spa_env', SEGMENT_TIMEOUT_MS: '6', SEGMENT_MAX_WAIT_MS: '7' }),
    );
    expect(config).toMatchObject({ space: 'spa_flag', timeoutMs: 5, maxWaitMs: 7 });
  });

  test.each(['', '  ', '${SEGMENT_SPACE_ID}', '${input:space}'])('%j counts as not set', (text) => {
    expect(readConfig({ space: text }, env({ SEGMENT_SPACE_ID: text })).space).toBeUndefined();
  });

  test('the sandbox needs no token', () => {
    expect(readConfig({ sandbox: true }, {}).target).toEqual({ kind: 'sandbox' });
    expect(readConfig({}, { SEGMENT_SANDBOX: '1' }).target).toEqual({ kind: 'sandbox' });
  });

  test('the default space of the sandbox is its first, or another of its own', () => {
    const spaceOf = (flags: Flags, environment: Environment) =>
      readConfig({ sandbox: true, ...flags }, environment).space;
    expect(spaceOf({}, {})).toBe('spa_shop_production');
    expect(spaceOf({}, { SEGMENT_SPACE_ID: 'spa_real' })).toBe('spa_shop_production');
    expect(spaceOf({}, { SEGMENT_SPACE_ID: 'spa_shop_staging' })).toBe('spa_shop_staging');
    expect(problems({ sandbox: true, space: 'spa_real' }, {})[0]).toMatch(/spa_shop_staging/);
  });

  test('what the environment says of a real workspace does not keep --sandbox from working', () => {
    const environment = { SEGMENT_API_URL: 'https://x.example', SEGMENT_API_TOKEN: token };
    expect(readConfig({ sandbox: true }, environment).target).toEqual({ kind: 'sandbox' });
  });

  test('what may be done is read', () => {
    const config = readConfig(
      { 'read-only': true, 'allowed-spaces': 'a, b,', space: 'b' },
      env({ SEGMENT_TOOLS: 'get_audience', SEGMENT_CONFIRM: 'writes', SEGMENT_AUDIT_LOG: 'f' }),
    );
    expect(config).toMatchObject({
      policy: { readOnly: true, allowedSpaces: ['a', 'b'] },
      tools: ['get_audience'],
      confirm: 'writes',
      auditLog: 'f',
    });
  });

  test('how agreement is sought, and what confirmations are sealed with', () => {
    const [one, two] = [1, 2].map((byte) => Buffer.alloc(32, byte).toString('base64'));
    const read = (flags: Flags, more: Record<string, string>) => readConfig(flags, env(more));
    expect(read({ ask: 'confirmation' }, { SEGMENT_ASK: 'elicitation' }).ask).toBe('confirmation');
    expect(read({}, { SEGMENT_ASK: 'elicitation' }).ask).toBe('elicitation');
    expect(read({}, { SEGMENT_STATE_DIR: '/s' }).stateFolder).toBe('/s');
    for (const text of [`${one},${two}`, `${one}\n${two}\n`, ` ${one} , ${two}`]) {
      expect(read({}, { SEGMENT_MCP_SECRET: text }).secrets).toEqual([one, two]);
    }
    expect(read({}, { SEGMENT_MCP_SECRET: `${one}` }).secrets).toEqual([one]);
    for (const text of ['short', 'not base64 at all, really!', `${one},${two},${one}`, ',']) {
      expect(() => read({}, { SEGMENT_MCP_SECRET: text })).toThrow(/SEGMENT_MCP_SECRET must be/);
    }
    expect(() => read({}, { SEGMENT_ASK: 'never' })).toThrow(/SEGMENT_ASK must be auto/);
  });

  test('SEGMENT_SANDBOX=0 is not the sandbox', () => {
    expect(readConfig({}, env({ SEGMENT_SANDBOX: '0' })).target.kind).toBe('live');
  });

  test('limits of single operations', () => {
    const { perMinute } = readConfig(
      { 'rate-limits': 'create_audience=50, get_audience=7' },
      env(),
    );
    expect(perMinute).toEqual({ create_audience: 50, get_audience: 7 });
  });

  test('the token from a file, without the line break at its end', () => {
    const file = join(mkdtempSync(join(tmpdir(), 'token-')), 'token');
    writeFileSync(file, `${token}\n`);
    expect(readConfig({}, { SEGMENT_API_TOKEN_FILE: file }).target).toMatchObject({ token });
  });

  test.each([
    'https://proxy.example/segment',
    'http://127.0.0.1:4010',
    'http://[::1]:1',
    'http://localhost',
  ])('%s may be the base URL', (url) => {
    expect(readConfig({ 'api-url': url }, env()).target).toMatchObject({ baseUrl: url });
  });
});

describe('what is refused', () => {
  test('no token: both ways out are named', () => {
    const [problem, ...others] = problems({}, {});
    expect(others).toEqual([]);
    expect(problem).toMatch(/SEGMENT_API_TOKEN\b.*--sandbox/);
  });

  test('a placeholder in place of the token is named as such', () => {
    expect(problems({}, { SEGMENT_API_TOKEN: '${SEGMENT_API_TOKEN}' })[0]).toMatch(/placeholder/);
  });

  test('everything that is wrong is reported at once, by the name it was given under', () => {
    const found = problems(
      { region: 'asia', 'timeout-ms': 'soon', 'api-url': 'http://api.example' },
      {
        SEGMENT_API_TOKEN: 'two words',
        SEGMENT_MAX_WAIT_MS: '-1',
        SEGMENT_RATE_LIMITS: 'create=5,get_audience=0',
        SEGMENT_SPACE_ID: '..',
        LOG_LEVEL: 'loud',
        SEGMENT_SANDBOX: 'maybe',
      },
    );
    for (const name of [
      '--region',
      '--timeout-ms',
      '--api-url',
      'SEGMENT_API_TOKEN',
      'SEGMENT_MAX_WAIT_MS',
      'SEGMENT_RATE_LIMITS',
      'SEGMENT_SPACE_ID',
      'LOG_LEVEL',
      'SEGMENT_SANDBOX',
    ]) {
      expect(found.filter((problem) => problem.startsWith(`${name} `))).not.toEqual([]);
    }
    expect(found.join('\n')).toContain('create_audience, get_audience');
  });

  test('a wrong token is not repeated', () => {
    expect(problems({}, { SEGMENT_API_TOKEN: 'not a token' }).join()).not.toContain('not a token');
  });

  test('two tokens, or a sandbox at another address', () => {
    expect(problems({}, env({ SEGMENT_API_TOKEN_FILE: '/x' }))[0]).toMatch(/both set/);
    expect(problems({}, { SEGMENT_SANDBOX: '1', SEGMENT_API_URL: 'https://x.example' })[0]).toMatch(
      /exclude each other/,
    );
  });

  test('a token file that is missing', () => {
    expect(problems({}, { SEGMENT_API_TOKEN_FILE: '/no/such/file' })[0]).toMatch(/ENOENT/);
  });

  test('a secret in the wrong place is not repeated', () => {
    const misplaced = 'sgp_misplaced';
    expect(problems({}, { SEGMENT_API_TOKEN_FILE: misplaced })[0]).not.toContain(misplaced);
    const command = parseCommand(['--token', misplaced]);
    expect(command).toMatchObject({
      kind: 'serve',
      problems: [expect.stringMatching(/Word 1/), expect.stringMatching(/SEGMENT_API_TOKEN/)],
    });
    expect(JSON.stringify(command)).toMatch(/must not stand on a command line/);
    expect('problems' in command && command.problems.join()).not.toContain(misplaced);
  });
});

describe('the command line', () => {
  test('flags may be written with a space or an equals sign', () => {
    expect(parseCommand(['--space', 'a', '--region=eu', '--sandbox'])).toMatchObject({
      kind: 'serve',
      flags: { space: 'a', region: 'eu', sandbox: true },
    });
  });

  test('a switch takes no value, wherever it stands', () => {
    const words = ['--read-only', '--sandbox', '--tools', 'get_audience'];
    expect(parseCommand(words)).toEqual({
      kind: 'serve',
      flags: { 'read-only': true, sandbox: true, tools: 'get_audience' },
      problems: [],
    });
  });

  test('a flag that lacks its value does not swallow the next one', () => {
    expect(parseCommand(['--sandbox', '--audit-log', '--read-only'])).toMatchObject({
      problems: [expect.stringMatching(/--audit-log needs a value/)],
    });
  });

  test('the sandbox command has a port', () => {
    expect(parseCommand(['sandbox'])).toEqual({ kind: 'sandbox', port: 4010 });
    expect(parseCommand(['sandbox', '--port', '0'])).toEqual({ kind: 'sandbox', port: 0 });
  });

  test('the sandbox command has an edition', () => {
    for (const edition of ['v1', 'v1alpha']) {
      expect(parseCommand(['sandbox', '--edition', edition])).toMatchObject({ edition });
    }
    expect(() => parseCommand(['sandbox', '--edition', 'v2'])).toThrow(/one of v1, v1alpha/);
    expect(() => parseCommand(['sandbox', '--edition'])).toThrow(/--edition/);
  });

  test.each([
    [['--spaec', 'x'], /--spaec/],
    [['serve'], /Word 1/],
    [['--port', '1'], /--port/],
  ])('%j is told with all else that is wrong', (words, message) => {
    const command = parseCommand(words);
    if (command.kind !== 'serve') throw new Error('it is no other command');
    const found = problems(command.flags, { SEGMENT_REGION: 'asia' }, command.problems);
    expect(found.join()).toMatch(message);
    expect(found.join()).toMatch(/SEGMENT_REGION/);
  });

  test.each([
    [['sandbox', '--space', 'x'], /--space/],
    [['sandbox', '--port', 'x'], /--port/],
  ])('%j is refused', (words, message) => {
    expect(() => parseCommand(words)).toThrow(message);
  });

  test('a flag without its value is refused', () => {
    expect(problems({ space: true }, env())[0]).toMatch(/--space needs a value/);
  });
});
