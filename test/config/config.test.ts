import { execFileSync, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import {
  closeSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  readSync,
  rmSync,
  symlinkSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, onTestFinished, test } from 'vitest';
import { parseCommand } from '../../src/cli.ts';
import {
  type Config,
  ConfigError,
  type Environment,
  type Flags,
  readConfig,
} from '../../src/config/config.ts';
import { contentOf } from '../../src/config/file-setting.ts';
import { misnamedFences } from '../../src/config/misnamed.ts';
import { type Setting, settings } from '../../src/config/settings.ts';
import { auditFile } from '../../src/safety/audit-file.ts';
import { AuditLog } from '../../src/safety/audit-log.ts';
import { createRedactor } from '../../src/text/redact.ts';
import { commandNames } from '../../src/usage.ts';
import { isWindows } from '../support/platform.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

const token = 'a-token-for-tests';
const env = (more: Environment = {}) => ({ SEGMENT_API_TOKEN: token, ...more });

/** The problems that reading these settings ends with. */
function problems(flags: Flags, environment: Environment, known: readonly string[] = []): string[] {
  try {
    readConfig(flags, environment, known, undefined, undefined, true);
  } catch (error) {
    if (error instanceof ConfigError) return [...error.problems];
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
      noSamples: false,
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
    for (const space of ['', '${SPACE}']) {
      expect(spaceOf({ space }, { SEGMENT_SPACE_ID: 'spa_real' })).toBe('spa_shop_production');
    }
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
    for (const text of ['state', './state', '../state', '~/state']) {
      expect(problems({}, env({ SEGMENT_STATE_DIR: text }))).toEqual([
        'SEGMENT_STATE_DIR must be an absolute path.',
      ]);
    }
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

  const big = Buffer.from(`\ufeff${token}\r\n`, 'utf16le').swap16();

  test.each([
    ['of a line', `${token}\n`],
    ['with the line ends of Windows', `${token}\r\n`],
    ['with the mark of UTF-8', `\ufeff${token}\r\n`],
    ['in UTF-16, as PowerShell writes it', Buffer.from(`\ufeff${token}\r\n`, 'utf16le')],
    ['in the other UTF-16', big],
  ])('the token from a file %s, and nothing else of it', (_, content) => {
    const file = join(temporaryFolder('token'), 'token');
    writeFileSync(file, content);
    expect(readConfig({}, { SEGMENT_API_TOKEN_FILE: file }).target).toMatchObject({ token });
    // A client may pass on the variable of its shell in addition to the file of its entry.
    const both = { SEGMENT_API_TOKEN: token, SEGMENT_API_TOKEN_FILE: file };
    expect(readConfig({}, both).target).toMatchObject({ token });
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

  test.each(['..', 'a/b', 'a%2Fb', '%252e%252e', 'a\\b'])(
    'a space %j, which would leave its segment of a path',
    (space) => {
      expect(problems({ space }, env())[0]).toMatch(/^--space must/);
      expect(problems({ 'allowed-spaces': `a,${space}` }, env())[0]).toMatch(
        /^--allowed-spaces .*must/,
      );
    },
  );

  test('everything that is wrong is reported at once, by the name it was given under', () => {
    const found = problems(
      { region: 'asia', 'timeout-ms': 'soon', 'api-url': 'http://api.example' },
      {
        SEGMENT_API_TOKEN: 'two words',
        SEGMENT_MAX_WAIT_MS: '-1',
        SEGMENT_RATE_LIMITS: 'create=5,get_audience=0',
        SEGMENT_SPACE_ID: '..',
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
    const file = join(temporaryFolder('token'), 'token');
    writeFileSync(file, 'sgp_notTheOtherOne');
    expect(problems({}, env({ SEGMENT_API_TOKEN_FILE: file }))).toEqual([
      'SEGMENT_API_TOKEN and SEGMENT_API_TOKEN_FILE hold different tokens: keep one of them.',
    ]);
    expect(problems({}, { SEGMENT_SANDBOX: '1', SEGMENT_API_URL: 'https://x.example' })[0]).toMatch(
      /are mutually exclusive/,
    );
  });

  test('a token file that is missing', () => {
    expect(problems({}, { SEGMENT_API_TOKEN_FILE: '/no/such/file' })[0]).toMatch(/ENOENT/);
  });

  test.skipIf(isWindows)('a pipe that nobody writes to (Windows has none among its files)', () => {
    const file = join(temporaryFolder('token'), 'pipe');
    execFileSync('mkfifo', [file]);
    expect(problems({}, { SEGMENT_API_TOKEN_FILE: file })).toEqual([
      'SEGMENT_API_TOKEN_FILE names an empty file.',
    ]);
  });

  test.skipIf(isWindows)('a pipe that somebody holds open', () => {
    const file = join(temporaryFolder('token'), 'pipe');
    execFileSync('mkfifo', [file]);
    // Opened to read and write, a pipe waits for nobody else.
    const writer = openSync(file, 'r+');
    onTestFinished(() => closeSync(writer));
    const tooSlow = { problem: 'a pipe that was not written to its end within 0.01 seconds' };
    expect(contentOf(file, 10)).toEqual(tooSlow);
    writeSync(writer, 'the first half');
    expect(contentOf(file, 10)).toEqual(tooSlow);
  });

  test.skipIf(isWindows)('a pipe whose writer goes on and on', () => {
    const file = join(temporaryFolder('token'), 'pipe');
    execFileSync('mkfifo', [file]);
    const both = openSync(file, 'r+');
    const reader = openSync(file, 'r');
    onTestFinished(() => closeSync(reader));
    const loop = 'for i in $(seq 300); do printf x; sleep 0.01; done >"$0"';
    const writer = spawn('sh', ['-c', loop, file]);
    onTestFinished(() => void writer.kill());
    // From now on, the pipe ends when the writer does.
    readSync(both, Buffer.alloc(1));
    closeSync(both);
    expect(contentOf(file, 50)).toHaveProperty('problem');
  });

  test.each(['SEGMENT_API_TOKEN_FILE', 'SEGMENT_MCP_SECRET_FILE'])(
    '%s: what is no file, and one that is too large',
    (name) => {
      const folder = temporaryFolder('token');
      const file = join(folder, 'large');
      writeFileSync(file, 'x'.repeat(65_537));
      expect(problems({}, env({ [name]: file }))).toEqual([
        `${name} names a file of more than 65536 bytes.`,
      ]);
      if (isWindows) return;
      expect(problems({}, env({ [name]: '/dev/null' }))).toEqual([
        `${name} names something that is neither a file nor a pipe.`,
      ]);
    },
  );

  test('a secret in the wrong place is not repeated', () => {
    const misplaced = 'sgp_misplaced';
    expect(problems({}, { SEGMENT_API_TOKEN_FILE: misplaced })[0]).not.toContain(misplaced);
    const command = parseCommand(['--token', misplaced]);
    expect(command).toMatchObject({
      kind: 'serve',
      problems: [expect.stringMatching(/Word 1/), expect.stringMatching(/SEGMENT_API_TOKEN/)],
    });
    expect(JSON.stringify(command)).toMatch(/never put a token on a command line/);
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

  test('the sandbox command has a seed and a record', () => {
    expect(parseCommand(['sandbox', '--seed', 'world.json', '--record', '-'])).toMatchObject({
      seed: 'world.json',
      record: '-',
    });
    for (const flag of ['--seed', '--record']) {
      expect(() => parseCommand(['sandbox', flag])).toThrow(`${flag} needs a file name`);
      expect(parseCommand([flag, 'x'])).toMatchObject({
        problems: [`${flag} is not a flag here; see --help.`],
      });
    }
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
    [['--spaec', 'x'], /Word 1/],
    [['--port', '1'], /--port/],
  ])('%j is told with all else that is wrong', (words, message) => {
    const command = parseCommand(words);
    if (command.kind !== 'serve') throw new Error('it is no other command');
    const found = problems(command.flags, { SEGMENT_REGION: 'asia' }, command.problems);
    expect(found.join()).toMatch(message);
    expect(found.join()).toMatch(/SEGMENT_REGION/);
  });

  test.each([
    [['bogus']],
    [['bogus', 'more', '--write']],
    [['bogus', '--help']],
    [['--help', 'bogus']],
    [['--read-only', 'bogus', '-V']],
  ])('%j names no command: nothing else is reported', (words) => {
    expect(() => parseCommand(words)).toThrow(
      new ConfigError([
        `Word 1 of the command line is not a command. Commands: ${commandNames.join(', ')}; see --help.`,
      ]),
    );
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

/** What the start warns of. */
function warnings(flags: Flags, environment: Environment): string[] {
  const sentences: string[] = [];
  readConfig(flags, environment, [], (sentence) => sentences.push(sentence));
  return sentences;
}

const rows: Setting<unknown>[] = Object.values(settings);
const fences = rows.filter(({ restricts }) => restricts);
const placeholders = [
  '${X}',
  '${env:X}',
  '${{ secrets.X }}',
  '$X',
  '%X%',
  '{{X}}',
  '{{ X }}',
  '<X>',
];

describe('fences fail closed', () => {
  test('they are the settings that restrict', () => {
    expect(fences.map(({ flag }) => flag)).toEqual(
      expect.arrayContaining(['read-only', 'allowed-spaces', 'tools', 'confirm', 'audit-log']),
    );
  });

  const cases = fences.flatMap((fence) => placeholders.map((text) => [fence, text] as const));
  test.each(cases)('$flag: a placeholder stops the start: %s', ({ flag = '', env: name }, text) => {
    for (const found of [problems({ [flag]: text }, env()), problems({}, env({ [name]: text }))]) {
      expect(found).toEqual([expect.stringMatching(/holds a placeholder.*is a restriction/)]);
      expect(found.join()).not.toContain(text);
    }
    expect(problems({ [flag]: text }, env())[0]).toMatch(`--${flag} `);
    expect(problems({}, env({ [name]: text }))[0]).toMatch(`${name} `);
  });

  test.each(fences)('$flag: an empty flag stops the start, an empty variable does not', (fence) => {
    const { flag = '', env: name } = fence;
    for (const text of ['', '  ']) {
      expect(problems({ [flag]: text }, env())).toEqual([
        expect.stringMatching(`--${flag} is empty.*is a restriction`),
      ]);
      expect(problems({}, env({ [name]: text }))).toEqual([]);
      expect(warnings({}, env({ [name]: text }))).toEqual([
        `${name} is empty, so it is treated as not set and restricts nothing.`,
      ]);
    }
  });

  test.each([
    ['allowed-spaces', 'spa_a,${SPACE_B}'],
    ['allowed-spaces', 'spa_a, $SPACE_B'],
    ['allowed-spaces', 'spa_a,spa_${B}'],
    ['tools', 'get_audience,<more>'],
    ['audit-log', '$HOME/audit.jsonl'],
    ['audit-log', '%APPDATA%\\audit.jsonl'],
    ['audit-log', '/tmp/${USER}.jsonl'],
  ])('--%s: a placeholder within the value stops the start: %s', (flag, text) => {
    expect(problems({ [flag]: text }, env())).toEqual([expect.stringMatching(/placeholder/)]);
  });

  test.each([
    ['allowed-spaces', 'spa_$S', /placeholder/],
    ['allowed-spaces', 'spa_%S%', /placeholder/],
    ['allowed-spaces', 'undefined', /placeholder/],
    ['allowed-spaces', 'spa_1,null', /placeholder/],
    ['allowed-spaces', '["spa_1"]', /brackets/],
    ['allowed-spaces', 'spa_1;spa_2', /commas/],
    ['allowed-spaces', 'spa_1 spa_2', /commas/],
    ['tools', '[get_audience]', /brackets/],
    ['audit-log', 'undefined', /placeholder/],
    ['confirm', 'null', /placeholder/],
  ])('--%s: what a script or a shell left stops the start: %s', (flag, text, what) => {
    const found = problems({ [flag]: text }, env());
    expect(found).toEqual([expect.stringMatching(what)]);
    expect(found.join()).not.toContain(text);
  });

  test.each([
    ...['token=', 'segment_api_token=', 'export Token = ', 'bearer:', 'Bearer=', 'bearer '],
    ...['authorization: ', 'Authorization=Bearer '],
  ])('a token behind %j stops the start, and is not printed', (before) => {
    const secret = 'sgp_abcdefghijklmnopqrstuvwxyz';
    const found = problems({}, env({ SEGMENT_API_TOKEN: `${before}${secret}` }));
    expect(found).toEqual([expect.stringMatching(/^SEGMENT_API_TOKEN begins /)]);
    expect(found.join()).not.toContain(secret);
  });

  test.each(fences)(
    '$flag: anything but a value of it stops the start',
    ({ flag = '', argument }) => {
      if (flag === 'allowed-spaces' || flag === 'audit-log') return;
      expect(problems({ [flag]: 'perhaps' }, env()), argument).toHaveLength(1);
    },
  );

  test.each([
    ['SEGMENT_READONLY', 'SEGMENT_READ_ONLY'],
    ['SEGMENT_Read_Only', 'SEGMENT_READ_ONLY'],
    ['segment_read_only', 'SEGMENT_READ_ONLY'],
    ['SEGMENT_READ_ONY', 'SEGMENT_READ_ONLY'],
    ['SEGMENT_MCP_READ_ONLY', 'SEGMENT_READ_ONLY'],
    ['SEGMENT_ALLOWED_SPACE', 'SEGMENT_ALLOWED_SPACES'],
    ['SEGMENT_ALLOW_SPACES', 'SEGMENT_ALLOWED_SPACES'],
    ['SEGMENT_ALLOWED_SPACE_ID', 'SEGMENT_ALLOWED_SPACES'],
    ['SEGMENT_ALOWED_SPACES', 'SEGMENT_ALLOWED_SPACES'],
    ['SEGMENT_TOOL', 'SEGMENT_TOOLS'],
    ['SEGMENT_TOOLSET', 'SEGMENT_TOOLSETS'],
    ['SEGMENT_TOOL_SETS', 'SEGMENT_TOOLSETS'],
    ['SEGMENT_CONFIRMS', 'SEGMENT_CONFIRM'],
    ['SEGMENT_MCP_ASK', 'SEGMENT_ASK'],
    ['SEGMENT_AUDITLOG', 'SEGMENT_AUDIT_LOG'],
    ['SEGMENT_AUDIT_LOGS', 'SEGMENT_AUDIT_LOG'],
    ...[
      ...['SEGMENT_READ_ONLY_MODE', 'SEGMENT_READONLY_MODE', 'SEGMENT_AUDIENCES_READ_ONLY'],
      ...['SEGMNT_READ_ONLY', 'SEGMENTS_READ_ONLY', 'SEGMENT.READ.ONLY', 'segment-read-only'],
    ].map((name) => [name, 'SEGMENT_READ_ONLY']),
    ...['SEGMENT_SPACES', 'SEGMENT_MY_ALLOWED_SPACES'].map((name) => [
      name,
      'SEGMENT_ALLOWED_SPACES',
    ]),
    ...['SEGMENT_ALLOWED_TOOLS', 'SEGMENT_ENABLED_TOOLS'].map((name) => [name, 'SEGMENT_TOOLS']),
    ...['SEGMENT_CONFIRM_MODE', 'SEGMENT_CONFIRMATION'].map((name) => [name, 'SEGMENT_CONFIRM']),
    ...['SEGMENT_ASK_MODE', 'SEGMENT_AKS', 'SEGMENT_ASKS'].map((name) => [name, 'SEGMENT_ASK']),
    ...['LOG_FILE', 'FILE', 'PATH'].map((rest) => [`SEGMENT_AUDIT_${rest}`, 'SEGMENT_AUDIT_LOG']),
    ['SEGMENT_AUDIT', 'SEGMENT_AUDIT_LOG'],
  ])('%s is not a setting, but nearly %s: it stops the start', (name, meant) => {
    const found = problems({}, env({ [name]: 'some-value', [meant]: undefined }));
    expect(found).toEqual([
      expect.stringContaining(`${name} is not a setting: did you mean ${meant}?`),
    ]);
    expect(found.join()).not.toContain('some-value');
    expect(problems({}, env({ [name]: '' }))).toEqual([]);
  });

  test.each([
    [
      { tools: 'run_audience', toolsets: 'find' },
      /^--tools \(SEGMENT_TOOLS\) and --toolsets \(SEGMENT_TOOLSETS\) leave no tool: /,
    ],
    [
      { tools: 'create_audience', 'read-only': true },
      /^--tools \(SEGMENT_TOOLS\) and --read-only \(SEGMENT_READ_ONLY\) leave no tool: /,
    ],
  ])('%j leave no tool: they stop the start', (flags, problem) => {
    expect(problems(flags, env())).toEqual([expect.stringMatching(problem)]);
  });

  test('SEGMENT_TOOLSETS stops the start unless it is a setting', () => {
    const isSetting = Object.values(settings).some(({ env: name }) => name === 'SEGMENT_TOOLSETS');
    const told = misnamedFences({ SEGMENT_TOOLSETS: 'read' });
    expect(told).toEqual(isSetting ? [] : [expect.stringContaining('SEGMENT_TOOLSETS is no')]);
  });

  test('on Windows, a variable in other case is the setting itself', () => {
    const environment = env({ Segment_Read_Only: '1', SEGMENT_READ_ONLY: '1' });
    expect(readConfig({}, environment).policy.readOnly).toBe(true);
  });

  test.each([
    ...[
      'WRITE_KEY',
      'READ_KEY',
      'API_KEY',
      'KEY',
      'TOKEN',
      'WORKSPACE',
      'SOURCE_ID',
      'DEBUG',
      'ENV',
    ],
    ...['CONFIG', 'TASK', 'APP', 'POOL', 'SPACE', 'ALLOWED_SOURCES'],
    ...['MCP_SERVER', 'FLUSH_AT', 'READ_REPLICA', 'TOOLING', 'ONLY', 'HOST', 'REGIONS'],
    ...['ANALYTICS_READ_ONLY', 'SOURCE_AUDIT_LOG', 'SOURCE', 'WRITE_KEY_CONFIRM', 'MASK'],
  ])("SEGMENT_%s is somebody else's", (rest) => {
    expect(problems({}, env({ [`SEGMENT_${rest}`]: 'x' }))).toEqual([]);
  });

  test.each([
    ['--read-only', '--read-only=false'],
    ['--read-only=no', '--read-only'],
    ['--confirm', 'writes', '--confirm', 'none'],
    ['--allowed-spaces', 'a', '--allowed-spaces=b'],
    ['--tools=get_audience', '--tools=list_audiences', '--tools=get_audience'],
    ['--ask', 'elicitation', '--ask', 'auto'],
    ['--audit-log=/a', '--audit-log=/b'],
  ])('given twice with different values: %s %s %s %s', (...words) => {
    expect(parseCommand(words)).toMatchObject({
      problems: [expect.stringMatching(/^--[a-z-]+ is given more than once, .*is a restriction/)],
    });
  });

  test.each([
    ['--read-only', '--read-only=true'],
    ['--confirm', 'writes', '--confirm', 'WRITES'],
    ['--allowed-spaces', 'a,b', '--allowed-spaces', 'a, b'],
    ['--space', 'a', '--space', 'b'],
  ])('given twice, and no contradiction: %s %s %s %s', (...words) => {
    expect(parseCommand(words)).toMatchObject({ problems: [] });
  });

  test('the flag that restricts is read, whatever placeholder the variable holds', () => {
    const { policy } = readConfig(
      { 'allowed-spaces': 'spa_a' },
      env({ SEGMENT_ALLOWED_SPACES: '${X}' }),
    );
    expect(policy.allowedSpaces).toEqual(['spa_a']);
  });
});

describe('slips are told by name, without the value', () => {
  const others = rows.filter(({ restricts, secret }) => !restricts && !secret);
  const cases = others.flatMap((row) => placeholders.map((text) => [row, text] as const));
  test.each(cases)(
    '$env counts as not set where it is a placeholder: %s',
    ({ env: name }, text) => {
      const environment = env({ [name]: text });
      expect(warnings({}, environment)).toEqual([
        expect.stringMatching(
          `^${name} holds a placeholder that was not expanded, so it is treated as not`,
        ),
      ]);
      expect(warnings({}, environment).join()).not.toContain(text);
      expect(readConfig({}, environment)).toEqual(readConfig({}, env()));
    },
  );

  test.each(others)('$env counts as not set where it is empty, and that is told', (row) => {
    const { env: name, flag, argument } = row;
    expect(warnings({}, env({ [name]: ' ' }))).toEqual([
      `${name} is empty, so it is treated as not set.`,
    ]);
    expect(readConfig({}, env({ [name]: '' }))).toEqual(readConfig({}, env()));
    if (flag === undefined || argument === undefined) return;
    expect(warnings({ [flag]: '' }, env())).toEqual([
      `--${flag} is empty, so it is treated as not set.`,
    ]);
  });

  test('a variable that is overruled by a flag is not told of', () => {
    expect(warnings({ tools: 'get_audience' }, env({ SEGMENT_TOOLS: '' }))).toEqual([]);
  });

  test.each(placeholders)('a token that is a placeholder is missing: %s', (text) => {
    const found = problems({}, { SEGMENT_API_TOKEN: text });
    expect(found).toEqual([
      expect.stringMatching(/^No token: .*SEGMENT_API_TOKEN \(it holds a pl/),
    ]);
    expect(found.join()).not.toContain(text);
  });

  describe('without a token that may be missing', () => {
    const missing = { SEGMENT_START_WITHOUT_TOKEN: '1' };
    const targetOf = (flags: Flags, environment: Environment) =>
      readConfig(flags, environment, [], undefined, undefined, true).target;

    test.each([{}, ...placeholders.map((text) => ({ SEGMENT_API_TOKEN: text }))])(
      'the server starts: %o',
      (given) => {
        expect(targetOf({}, { ...missing, ...given })).toEqual({ kind: 'none' });
        expect(targetOf({ 'start-without-token': true }, given)).toEqual({ kind: 'none' });
      },
    );

    test('a token, or the sandbox, is used all the same', () => {
      expect(targetOf({}, env(missing))).toEqual(readConfig({}, env()).target);
      expect(targetOf({ sandbox: true }, missing)).toEqual({ kind: 'sandbox' });
    });

    test('other commands than the server need one all the same', () => {
      expect(() => readConfig({}, missing)).toThrow(/^No token: /);
    });

    test.each([
      [{ SEGMENT_API_TOKEN: '"quoted-token"' }, /^SEGMENT_API_TOKEN has quotes/],
      [{ SEGMENT_API_TOKEN: 'short' }, /^SEGMENT_API_TOKEN is too short/],
      [{ SEGMENT_API_TOKEN_FILE: '/nowhere/token' }, /^SEGMENT_API_TOKEN_FILE names a file/],
      [{ SEGMENT_READ_ONLY: '${user_config.read_only}' }, /^SEGMENT_READ_ONLY .*restriction/],
      [{ SEGMENT_ALLOWED_SPACES: '${SPACES}' }, /^SEGMENT_ALLOWED_SPACES .*restriction/],
      [{ SEGMENT_START_WITHOUT_TOKEN: 'perhaps' }, /^SEGMENT_START_WITHOUT_TOKEN must be 1 or 0/],
      [{ SEGMENT_START_WITHOUT_TOKEN: '0' }, /^No token: /],
      [{ SEGMENT_START_WITHOUT_TOKEN: '${LATER}' }, /^No token: /],
    ])('the start is still stopped by %o', (given, problem) => {
      const found = problems({}, { ...missing, ...given });
      expect(found[0]).toMatch(problem);
    });
  });

  const value = 'spa_valuable';
  const slips: [string, RegExp][] = [
    [`"${value}"`, /quotes/],
    [`'${value}'`, /quotes/],
    [`\u201c${value}\u201d`, /quotes/],
    [`\\"${value}\\"`, /quotes/],
    [`Bearer ${value}`, /Bearer/],
    [`bearer  ${value}`, /Bearer/],
    [`Authorization: Bearer ${value}`, /Bearer/],
    [`SEGMENT_API_TOKEN=${value}`, /NAME=/],
    [`export TOKEN=${value}`, /NAME=/],
    [`"\${X}"`, /quotes/],
  ];
  const names = rows.filter(({ shared }) => !shared).map(({ env: name }) => name);
  test.each(slips.flatMap(([text, what]) => names.map((name) => [name, text, what] as const)))(
    '%s: %s',
    (name, text, what) => {
      const given = name === 'SEGMENT_API_TOKEN_FILE' ? { [name]: text } : env({ [name]: text });
      const found = problems({}, given);
      expect(found.filter((problem) => problem.startsWith(name))).not.toEqual([]);
      expect(found.join()).not.toContain(value);
      if (name !== 'SEGMENT_RATE_LIMITS') expect(found.join()).toMatch(what);
    },
  );

  test.each(slips)('in a token file: %s', (text, what) => {
    const file = join(temporaryFolder('token'), 'token');
    writeFileSync(file, `${text}\n`);
    const found = problems({}, { SEGMENT_API_TOKEN_FILE: file });
    expect(found).toEqual([expect.stringMatching(what)]);
    expect(found[0]).toMatch(/^SEGMENT_API_TOKEN_FILE/);
    expect(found[0]).not.toContain(value);
  });
});

describe('a token in the wrong place is never printed', () => {
  const misplaced = 'sgp_Qx7Lk2Vd9TzR4mWbYh6NcJ8fPsA1uE3g';
  /** All that the program says about a command line. */
  function said(words: readonly string[], environment: Environment = env()): string {
    try {
      const command = parseCommand(words);
      if (command.kind !== 'serve') return '';
      return problems(command.flags, environment, command.problems).join('\n');
    } catch (error) {
      if (error instanceof ConfigError) return error.problems.join('\n');
      throw error;
    }
  }

  const flags = [...rows.flatMap(({ flag = [] }) => flag), 'port', 'type', 'json', 'token', 'x'];
  const lines = flags.flatMap((flag) => [
    [`--${flag}`, misplaced],
    [`--${flag}=${misplaced}`],
    [`--${flag}`, `get_audience,${misplaced}`],
    [`--${flag}`, `get_audience=${misplaced}`],
    ['sandbox', `--${flag}`, misplaced],
    ['sandbox', `--${flag}=${misplaced}`],
    ['check', 'x', `--${flag}=${misplaced}`],
  ]);
  test.each([
    ...lines,
    [`--${misplaced}`],
    [`--${misplaced}=1`],
    [`-${misplaced}`],
    [misplaced],
    ['sandbox', misplaced],
    ['sandbox', `--${misplaced}`],
    ['sandbox', `-${misplaced}`],
    ['check', 'x', misplaced],
    ['check', 'x', `--${misplaced}`],
    ['--space', misplaced, '--allowed-spaces', 'spa_a'],
    ['--space', 'spa_a', '--allowed-spaces', misplaced],
  ])('%s %s %s %s', (...words) => {
    expect(said(words)).not.toContain(misplaced);
  });

  test.each(['tools', 'rate-limits', 'space', 'allowed-spaces', 'audit-log'])(
    '--%s with a token is told, also where it has no well-known form',
    (flag) => {
      const plain = 'anything-else-4711';
      for (const given of [misplaced, plain]) {
        const text = said([`--${flag}`, given], { SEGMENT_API_TOKEN: given });
        expect(text).toMatch(`--${flag} holds a token`);
        expect(text).not.toContain(given);
      }
    },
  );

  test.each([
    ['sandbox', '--seed', misplaced],
    ['sandbox', `--record=${misplaced}`],
    ['check', misplaced],
    ['check', 'x', '-', `dir/${misplaced}`],
    ['keys', 'revoke', misplaced],
    ['doctor', '--key-env', misplaced],
    ['setup', misplaced],
  ])('%s %s %s is told before anything is done with it', (...words) => {
    const text = said(words);
    expect(text).toMatch('holds a token, which belongs in SEGMENT_API_TOKEN');
    expect(text).not.toContain(misplaced);
  });

  const others = rows
    .filter(({ secret, shared }) => !secret && !shared)
    .filter(({ env: name }) => !/_TOKEN_FILE$|_SANDBOX$/.test(name));
  const given = ['plain-4711-token', 'with=signs/in,it==', 'a1b2c3d4'];
  const mixed = others.flatMap((row) => given.map((text) => [row, text] as const));
  test.each(mixed)('$env: a token within its value stops the start: %s', (row, text) => {
    const file = join(temporaryFolder('token'), 'file');
    writeFileSync(file, `${text}\n`);
    const values = [text, `a,${text}`, `x${text}y`, `https://host.example/${text}`];
    for (const value of values) {
      for (const from of [{ SEGMENT_API_TOKEN: text }, { SEGMENT_API_TOKEN_FILE: file }]) {
        const found = problems({}, { ...from, [row.env]: value });
        if (row.flag !== undefined) found.push(...problems({ [row.flag]: value }, from));
        expect(found).toEqual(found.map(() => expect.stringContaining('holds a token')));
        expect(found).toHaveLength(row.flag === undefined ? 1 : 2);
        expect(found.join()).not.toContain(text);
      }
    }
  });

  test('letters after a single dash are not taken for flags of their own', () => {
    expect(parseCommand(['-sgp_hV'])).toMatchObject({
      kind: 'serve',
      problems: ['Argument 1 of the command line is not a flag here; see --help.'],
    });
  });
});

describe('what does not stop the start', () => {
  test.each([
    ['INFO', 'info'],
    ['Error', 'error'],
    ['warning', 'warn'],
    ['WARNING', 'warn'],
    ['trace', 'debug'],
    ['fatal', 'error'],
  ])('LOG_LEVEL=%s is %s', (text, logLevel) => {
    expect(readConfig({}, env({ LOG_LEVEL: text }))).toMatchObject({ logLevel });
    expect(warnings({}, env({ LOG_LEVEL: text }))).toEqual([]);
  });

  test.each(['loud', '5', '"info"', 'app=debug'])(
    'LOG_LEVEL=%s is info, with a warning',
    (text) => {
      expect(readConfig({}, env({ LOG_LEVEL: text }))).toMatchObject({ logLevel: 'info' });
      expect(warnings({}, env({ LOG_LEVEL: text }))).toEqual([
        expect.stringMatching(/^LOG_LEVEL .*info is used/),
      ]);
      expect(problems({ 'log-level': text }, env())).toHaveLength(1);
    },
  );

  test.each<[Flags, Environment, Partial<Config>]>([
    [{ edition: 'V1' }, {}, { edition: 'v1' }],
    [{ confirm: 'WRITES' }, {}, { confirm: 'writes' }],
    [{ tools: 'Get_Audience' }, {}, { tools: ['get_audience'] }],
    [{}, { SEGMENT_QUERY_CHECK: 'Warn' }, { queryCheck: 'warn' }],
    [{}, { SEGMENT_RATE_LIMITS: 'GET_AUDIENCE=5' }, { perMinute: { get_audience: 5 } }],
    [{}, { SEGMENT_RATE_LIMITS: 'get_audience=5' }, { perMinute: { get_audience: 5 } }],
  ])('capitals: %j %j', (flags, environment, expected) => {
    expect(readConfig(flags, env(environment))).toMatchObject(expected);
  });

  test('the region in capitals', () => {
    expect(readConfig({}, env({ SEGMENT_REGION: 'EU' })).target).toMatchObject({
      baseUrl: 'https://eu1.api.segmentapis.com',
    });
  });

  test.each(['1', 'True', 'TRUE', 'yes', 'Yes', 'on', 'ON'])('SEGMENT_READ_ONLY=%s', (text) => {
    expect(readConfig({}, env({ SEGMENT_READ_ONLY: text })).policy.readOnly).toBe(true);
  });

  test.each(['0', 'False', 'no', 'off', ''])('SEGMENT_READ_ONLY=%s is off', (text) => {
    expect(readConfig({}, env({ SEGMENT_READ_ONLY: text })).policy.readOnly).toBe(false);
  });

  test("a proxy that can't be used, with a warning that does not show it", () => {
    const environment = env({ HTTPS_PROXY: 'socks5://me:hidden-one@proxy.example' });
    expect(readConfig({}, environment).proxy).toBeUndefined();
    expect(warnings({}, environment)).toEqual([expect.stringMatching(/^HTTPS_PROXY is not used/)]);
    expect(warnings({}, environment).join()).not.toContain('hidden-one');
  });
});

describe('a near miss', () => {
  test.each([
    [['-h'], undefined],
    [['--help'], undefined],
    [['sandbox', '-h'], 'sandbox'],
    [['check', '--help'], 'check'],
    [['setup', 'cursor', '--help'], 'setup'],
    [['doctor', '-h'], 'doctor'],
  ])('%j is help', (words, of) => {
    expect(parseCommand(words)).toEqual({ kind: 'help', of });
  });

  test.each([['-V'], ['--version']])('%s is version', (...words) => {
    expect(parseCommand(words)).toEqual({ kind: 'version' });
  });

  test.each([
    ['chek', 'check'],
    ['sandbx', 'sandbox'],
    ['Check', 'check'],
    ['docter', 'doctor'],
    ['steup', 'setup'],
    ['help', '--help'],
  ])('of a command: %s', (word, meant) => {
    expect(() => parseCommand([word, 'x'])).toThrow(`did you mean ${meant}?`);
  });

  test.each([
    [['--readonly'], '--read-only'],
    [['--read_only'], '--read-only'],
    [['-read-only'], '--read-only'],
    [['--allowed-space', 'x'], '--allowed-spaces'],
    [['--hlep'], '--help'],
  ])('of a flag: %j', (words, meant) => {
    expect(parseCommand(words)).toMatchObject({
      problems: expect.arrayContaining([expect.stringContaining(`did you mean ${meant}?`)]),
    });
  });

  test.each([
    ['sandbox', '--prot', '1'],
    ['check', 'x', '--jsno'],
  ])('of a flag of %s', (...words) => {
    expect(() => parseCommand(words)).toThrow(/did you mean --(port|json)\?/);
  });

  test.each([
    [{ tools: 'get_audiense' }, 'get_audience'],
    [{ 'rate-limits': 'list_audience=5' }, 'list_audiences'],
  ])('of a name: %j', (flags, meant) => {
    expect(problems(flags, env())[0]).toContain(`did you mean ${meant}?`);
  });
});

describe('the path of the audit log is checked', () => {
  const folder = mkdtempSync(join(tmpdir(), 'audit-path-'));
  afterAll(() => rmSync(folder, { recursive: true, force: true }));
  mkdirSync(join(folder, 'inner'));
  writeFileSync(join(folder, 'file'), '');

  test.each([
    ['no/such/audit.jsonl', /ENOENT/],
    ['file/audit.jsonl', /ENOTDIR/],
    ['inner', /not name a regular file/],
  ])('%s is refused', (path, message) => {
    const found = problems({ 'audit-log': join(folder, path) }, env());
    expect(found).toEqual([expect.stringMatching(message)]);
    expect(found[0]).toMatch(/--audit-log \(SEGMENT_AUDIT_LOG\)/);
    expect(found[0]).not.toContain(folder);
  });

  test.skipIf(isWindows)('a device is refused (Windows has none among its files)', () => {
    expect(problems({ 'audit-log': '/dev/null' }, env())).toEqual([
      expect.stringMatching(/not name a regular file/),
    ]);
  });

  const links: Record<string, string> = {
    'to-folder': 'inner',
    'to-file': 'file',
    'to-new': 'inner/new',
    'to-nowhere': 'no/such/audit.jsonl',
    'to-link': 'to-nowhere',
    'to-good-link': 'to-new',
    'to-itself': 'to-itself',
    'to-new-folder': 'inner/new/',
  };
  if (!isWindows) {
    for (const [path, target] of Object.entries(links)) symlinkSync(target, join(folder, path));
    symlinkSync(join(folder, 'inner'), join(folder, 'other'));
    symlinkSync('../file/x', join(folder, 'inner', 'up'));
  }

  test.skipIf(isWindows).each([
    ['new/', /not name a regular file/],
    ['new//', /not name a regular file/],
    ['inner/', /not name a regular file/],
    ['file/', /ENOTDIR|not name a regular file/],
    ['new/.', /ENOENT/],
    ['to-folder', /not name a regular file/],
    ['to-nowhere', /ENOENT/],
    ['to-link', /ENOENT/],
    ['to-itself', /ELOOP/],
    ['to-new-folder', /EISDIR|ENOENT|not name a regular file/],
    ['other/up', /ENOTDIR/],
  ])(
    '%s is refused, as writing to it would fail (making links takes rights on Windows)',
    async (path, message) => {
      // Not joined, which would drop what is at its end.
      const file = `${folder}/${path}`;
      expect(problems({ 'audit-log': file }, env())).toEqual([expect.stringMatching(message)]);
      const log = new AuditLog(auditFile(file), createRedactor([]), () => 0, randomBytes);
      await expect(log.assertWritable()).rejects.toMatchObject({ code: 'audit_failed' });
    },
  );

  test.skipIf(isWindows).each(['to-file', 'to-new', 'to-good-link'])(
    '%s is accepted: a link (making one takes rights on Windows)',
    (path) => {
      const file = join(folder, path);
      expect(readConfig({ 'audit-log': file }, env()).auditLog).toBe(file);
      expect(existsSync(join(folder, 'inner', 'new'))).toBe(false);
    },
  );

  test.each(['file', 'new', 'inner/new'])('%s is accepted, and not made yet', (path) => {
    const file = join(folder, path);
    const wasThere = existsSync(file);
    expect(readConfig({ 'audit-log': file }, env()).auditLog).toBe(file);
    expect(existsSync(file)).toBe(wasThere);
  });
});
