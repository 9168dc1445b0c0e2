import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import {
  holdsOwnSecret,
  secretsIn,
  secretsInText,
} from '../../src/commands/clients/entry-secrets.ts';
import { cursorFile, withFile } from '../support/client-files.ts';
import { doctor } from '../support/doctor-machine.ts';
import { reportSchema } from '../support/doctor-report.ts';
import { setup, temporaryHome } from '../support/setup-machine.ts';

/* The doctor finds tokens and keys in clients' files, whatever their form, and prints none. */

const url = 'https://mcp.example.com/mcp';
const node = '/usr/bin/node';
const main = '/opt/segment-audiences-mcp/dist/main.js';
const files = {
  cursor: '.cursor/mcp.json',
  codex: '.codex/config.toml',
  goose: '.config/goose/config.yaml',
  continue: '.continue/config.yaml',
};
type Id = keyof typeof files;

async function found(home: string) {
  const { report } = await doctor({
    home,
    json: true,
    exists: (path) => path.startsWith(home) && existsSync(path),
    kindOf: (path) => ([node, main].includes(path) ? 'program' : undefined),
  });
  expect(report).not.toMatch(/hidden|sgp_/);
  const { checks } = reportSchema.parse(JSON.parse(report));
  return checks.filter(({ id }) => id.startsWith('clients'));
}

function about(id: Id, text: string) {
  const home = temporaryHome();
  withFile(join(home, files[id]), text);
  return found(home);
}

const codex = (lines: string) => `[mcp_servers.segment-audiences]\n${lines}\n`;
const goose = (lines: string) => `extensions:\n  segment-audiences:\n${lines}\n`;
const continues = (lines: string) => `mcpServers:\n  - name: segment-audiences\n${lines}\n`;
const cursor = (entry: object) => JSON.stringify({ mcpServers: { 'segment-audiences': entry } });

describe('the key itself is found in', () => {
  test.each<[string, Id, string]>([
    ['a header', 'cursor', cursor({ url, headers: { Authorization: 'Bearer hidden1' } })],
    ['a header of any name', 'cursor', cursor({ url, headers: { 'X-Pass': 'hidden1' } })],
    ['a table', 'codex', codex(`url = "${url}"\nhttp_headers = { X-Pass = "hidden1" }`)],
    ['a field', 'codex', codex(`url = "${url}"\nbearer_token = "hidden1"`)],
    [
      'a map',
      'goose',
      goose(`    uri: ${url}\n    headers:\n      Authorization: Bearer hidden1\n      A: b`),
    ],
    [
      'a map in a map',
      'continue',
      continues(`    url: ${url}\n    requestOptions: { headers: { X-Own: "hidden1 hidden2" } }`),
    ],
    ['the query of a URL', 'codex', codex(`url = "${url}?api_key=hidden1"`)],
    ['the password of a URL', 'goose', goose(`    uri: https://u:hidden1@mcp.example.com/mcp`)],
  ])('%s of %s', async (_, id, text) => {
    expect(await about(id, text)).toMatchObject([
      {
        id: `clients.${id}`,
        status: 'warn',
        message: expect.stringContaining('contains the key itself.'),
        next: expect.stringContaining(`segment-audiences-mcp setup ${id} --http ${url}`),
      },
    ]);
  });
});

describe('references to variables are no keys in', () => {
  test.each<[Id, string]>([
    ['cursor', cursor({ url, headers: { Authorization: 'Bearer ${env:KEY}' } })],
    ['codex', codex(`url = "${url}"\nbearer_token_env_var = "KEY"`)],
    ['codex', codex(`url = "${url}"\nenv_http_headers = { Authorization = "KEY" }`)],
    ['goose', goose(`    uri: ${url}\n    env_keys: [KEY]\n    headers: { A: "Bearer \${KEY}" }`)],
    [
      'continue',
      continues(`    url: ${url}\n    requestOptions: { headers: { A: "\${{ secrets.KEY }}" } }`),
    ],
  ])('%s', async (id, text) => {
    expect(await about(id, text)).toMatchObject([
      { id: `clients.${id}`, status: 'ok', message: expect.stringContaining(`leads to ${url}.`) },
    ]);
  });
});

describe('a token is found by the name of its variable in', () => {
  test.each<[Id, string]>([
    ['cursor', cursor({ command: node, args: [main], env: { SEGMENT_API_TOKEN: 'hidden-word' } })],
    [
      'codex',
      codex(`command = "${node}"\nargs = ["${main}"]\nenv = { SEGMENT_API_TOKEN = "hidden-word" }`),
    ],
    [
      'goose',
      goose(`    cmd: ${node}\n    args: [${main}]\n    envs: { SEGMENT_API_TOKEN: hidden-word }`),
    ],
    [
      'goose',
      `extensions:\n  mine:\n    cmd: ${node}\n    args: [${main}]\n    envs: { SEGMENT_API_TOKEN: hidden-word }\n`,
    ],
    [
      'continue',
      continues(
        `    command: ${node}\n    args: [${main}]\n    env: { SEGMENT_API_TOKEN: hidden-word }`,
      ),
    ],
  ])('%s', async (id, text) => {
    expect(await about(id, text)).toMatchObject([
      { status: 'warn', message: expect.stringContaining('contains the token itself.') },
    ]);
  });
});

describe("a text that can't be parsed is searched for a token:", () => {
  const broken: [Id, (line: string) => string][] = [
    ['cursor', (line) => `{ "segment-audiences": { "env": { ${line} }\n`],
    ['codex', (line) => `segment-audiences = "\n${line}\n`],
    ['goose', (line) => `segment-audiences: [\n\t${line}\n`],
    // Not broken, but too long for the parser.
    ['goose', (line) => `# segment-audiences ${'x'.repeat(100_000)}\na:\n  ${line}\n`],
  ];
  const holding = [
    'A: sgp_hiddenToken12345678',
    '"SEGMENT_API_TOKEN": "hidden-word"',
    'SEGMENT_API_TOKEN = "hidden-word"',
    'SEGMENT_API_TOKEN: hidden-word',
  ];
  const free = [
    '"SEGMENT_API_TOKEN": "${SEGMENT_API_TOKEN}"',
    'SEGMENT_API_TOKEN: <token>',
    'SEGMENT_API_TOKEN:',
    'SEGMENT_API_TOKEN_FILE: /home/u/token',
    'A: sgp_short',
    'SEGMENT_API_TOKEN: required.',
  ];

  test.each(broken)('%s', async (id, textWith) => {
    for (const line of holding) {
      const text = textWith(line);
      const number = text.slice(0, text.indexOf(line)).split('\n').length;
      expect(await about(id, text)).toMatchObject([
        { id: `clients.${id}` },
        {
          id: `clients.${id}`,
          status: 'warn',
          message: expect.stringMatching(
            `${files[id]} contains a Segment token in line ${number}\\.$`,
          ),
          next: expect.stringContaining('replace the token in Segment.'),
        },
      ]);
    }
    for (const line of free) expect(await about(id, textWith(line))).toHaveLength(1);
  });

  test('a backup', async () => {
    const home = temporaryHome();
    withFile(cursorFile(home), '{}');
    withFile(`${cursorFile(home)}.segment-audiences.bak`, `{ "a": \n${holding[1]}`);
    expect(await found(home)).toMatchObject([
      { status: 'warn', message: expect.stringContaining('contains the secret of an older entry') },
    ]);
  });

  test('many lines of a variable take no time', () => {
    expect(holdsOwnSecret(`SEGMENT_API_TOKEN: \${${'SEGMENT_API_TOKEN '.repeat(100_000)}`)).toBe(
      false,
    );
  });
});

describe('a token anywhere in a file with our entry is found, by its line:', () => {
  const entry = `"command": "${node}", "args": ["${main}", "--sandbox"]`;
  test.each<[Id, string, number]>([
    ['codex', `# sgp_hiddenToken12345678\n${codex(`command = "${node}"`)}`, 1],
    ['codex', codex(`command = "${node}"\n# SEGMENT_API_TOKEN = "hidden-word"`), 3],
    ['goose', `${goose(`    cmd: ${node}\n    args: [${main}]`)}# was: sgp_hiddenToken12345678`, 5],
    ['continue', continues(`    command: ${node} # SEGMENT_API_TOKEN=hidden-word`), 3],
    [
      'cursor',
      `{ // "SEGMENT_API_TOKEN": "hidden-word"\n"mcpServers": { "segment-audiences": { ${entry} } } }`,
      1,
    ],
    [
      'cursor',
      `{ "mcpServers": { "segment-audiences": { ${entry}\n/* sgp_hiddenToken12345678 */ } } }`,
      2,
    ],
    [
      'cursor',
      `{ "mcpServers": {\n"other": { "env": { "A": "sgp_hiddenToken12345678" } },\n"segment-audiences": { ${entry} } } }`,
      2,
    ],
  ])('%s, %j', async (id, text, line) => {
    const findings = await about(id, text);
    expect(findings).toHaveLength(2);
    expect(findings[1]).toMatchObject({
      status: 'warn',
      message: expect.stringMatching(`${files[id]} contains a Segment token in line ${line}\\.$`),
      next: expect.stringMatching(/^Remove it from there: .* replace the token in Segment\.$/),
    });
  });

  test('several are one warning, and that of the entry itself is no second one', async () => {
    const env = `SEGMENT_API_TOKEN = "sgp_hiddenToken12345678"`;
    const own = codex(`command = "${node}"\nargs = ["${main}"]\nenv = { ${env} }`);
    expect(await about('codex', own)).toMatchObject([
      { message: expect.stringContaining('contains the token itself.') },
    ]);
    const comments = '# sgp_hiddenAnother1234567\n'.repeat(2);
    const [, finding] = await about('codex', `${comments}${own}`);
    expect(finding?.message).toMatch(/contains a Segment token in lines 1, 2\.$/);
  });

  test('not in a file without our entry', async () => {
    const other = '{ "mcpServers": { /* sgp_hiddenToken12345678 */ "other": { "command": "x" } } }';
    expect(await about('cursor', other)).toMatchObject([{ id: 'clients' }]);
  });
});

test('an odd value in an entry for a server elsewhere is no key', async () => {
  const env = { LANG: 'en_US.UTF-8', GREETING: 'hello-world', USER: 'development' };
  expect(await about('cursor', cursor({ url, env }))).toMatchObject([{ status: 'ok' }]);
  const [withKey] = await about('cursor', cursor({ url, env: { ...env, MY_KEY: 'hidden1' } }));
  expect(withKey?.message).toContain('contains the key itself.');
});

test('sealing keys are found as the token is, and never shown', async () => {
  const key = '/hiddenklmnopqr1/hiddenklmnopqr2/hiddenklmnopqr3/abcdefghijk=';
  const home = temporaryHome();
  const withKey = { command: node, args: [main], env: { SEGMENT_MCP_SECRET: key } };
  const text = `// SEGMENT_MCP_SECRET=${key.replace('1', '4')}\n${cursor(withKey)}`;
  withFile(cursorFile(home), text);
  withFile(`${cursorFile(home)}.segment-audiences.bak`, text);
  expect(await found(home)).toMatchObject([
    {
      status: 'warn',
      message: expect.stringContaining('contains the sealing key itself.'),
      next: expect.stringContaining('in SEGMENT_MCP_SECRET_FILE.'),
    },
    {
      status: 'warn',
      message: expect.stringMatching(/contains a sealing key in line 1\.$/),
      next: expect.stringMatching(/replace the key\.$/),
    },
    { status: 'warn', message: expect.stringContaining('contains the secret of an older entry') },
  ]);
  const { stdout } = await setup({
    ...{ home, clients: ['cursor'], write: true, yes: true, flags: { sandbox: true } },
  });
  expect(stdout).toContain('[redacted]');
  expect(stdout).not.toContain('hidden');
});

test('a token in the place of its file is one in the entry', async () => {
  const env = { SEGMENT_API_TOKEN_FILE: 'hiddenWithoutForm123456' };
  expect(await about('cursor', cursor({ command: node, args: [main], env }))).toMatchObject([
    {
      message: expect.stringContaining('contains the token itself.'),
      next: 'In the file, set SEGMENT_API_TOKEN_FILE to an absolute path.',
    },
  ]);
});

test('a value that is no secret is shown wherever it stands', async () => {
  const env = { USER: 'developer', SEGMENT_API_TOKEN_FILE: '/home/developer/gone' };
  const [finding] = await about('cursor', cursor({ command: node, args: [main], env }));
  expect(finding?.message).toContain('names paths that do not exist: /home/developer/gone.');
});

test.each<[object, string[]]>([
  [{ args: ['--header', 'Authorization: Bearer abc'] }, ['abc']],
  [{ args: ['--header', 'Authorization:${AUTH}', '-H', 'X-Own: abc'] }, ['abc']],
  [{ headers: { Authorization: 'Bearer mytoken=' } }, ['mytoken=']],
  [{ url: 'https://secret.example.com/mcp?read_only=1' }, []],
  [{ url: 'https://u:a%3Db@x.example/mcp?access_token=c' }, ['a%3Db', 'a=b', 'c']],
  [{ url: 'https://x.example/mcp?access_token=${TOKEN}' }, []],
  [{ url: 'https://x.example/mcp?spaces=spa_9aQ1Lj62S4bomZKLF4DPqW' }, []],
  [{ url: 'https://hidden@x.example/mcp' }, ['hidden']],
  [{ url: 'https://${USER}:${PASS}@x.example/mcp' }, []],
  [{ args: ['-e', 'GITHUB_PAT=abc', '-e', 'LANG=en_US.UTF-8', 'a=b=c'] }, ['abc']],
  [{ args: ['--auth', 'keys', '--tokens', 'tokens.json', '--max-tokens', '4096'] }, []],
  [{ headers: { 'X-Pass': 'p@ss$word{1}' } }, ['p@ss$word{1}']],
])('%j holds the secrets %j', (entry, secrets) => {
  expect(secretsIn(entry).sort()).toEqual(secrets.sort());
});

describe('the value of a variable', () => {
  test.each([
    ['ACCESS_KEY', 'AKIAhidden'],
    ['GITHUB_PAT', 'ghp_hidden'],
    ['PGPASS', 'hidden'],
    ['DB_PASSPHRASE', 'hidden word'],
    ['MYAUTH', '12345678'],
    ['AUTH_HEADER', 'of-eight-letters'],
    ['KEYS', '/in+base64=='],
    ['MY_TOKEN', '-hidden'],
    ['ANYTHING', 'ghp_hidden0123456789'],
    ['ANYTHING', '00000000-1111-2222-3333-444444444444'],
    ['A_HOOK', 'https://hooks.example/services/T0/B0/hidden0123456789abcd'],
    ['SEGMENT_API_TOKEN_FILE', 'plainTokenWithoutForm123456'],
    ['SEGMENT_MCP_SECRET_FILE', 'in/hidden+base64='],
    ['SEGMENT_MCP_SECRET', 'hidden'],
    ['SEGMENT_MCP_SECRET', '/a/path/in+no/way'],
    ['SEGMENT_MCP_SECRET', '/a/path'],
  ])('%s=%s is a secret', (name, value) => {
    for (const field of ['env', 'envs', 'environment']) {
      expect(secretsIn({ [field]: { [name]: value } })).toEqual([value]);
    }
  });

  test.each([
    ['SEGMENT_START_WITHOUT_TOKEN', '1'],
    ['SEGMENT_SPACE_ID', 'spa_12345678'],
    ['SEGMENT_API_TOKEN_FILE', '/home/u/token'],
    ['SEGMENT_API_TOKEN_FILE', 'segment-token.txt'],
    ['HTTPS_PROXY', 'http://proxy:8080'],
    ['PATH', '/usr/local/bin:/usr/bin'],
    ['APPDATA', 'C:\\Users\\u'],
    ['NODE_ENV', 'test'],
    ['MAX_LISTENERS', '123456789'],
    ['USE_AUTH', 'false'],
    ['ANYTHING', '${env:ANYTHING}'],
    ['ANYTHING', 'of-eight-letters'],
    ['USER', 'development'],
    ['LANG', 'en_US.UTF-8'],
    ['MY_SPACE', 'spa_9aQ1Lj62S4bomZKLF4DPqW'],
    ['LOG_FILE', 'a-log-of-mine'],
    ['AUTHOR', 'of-eight-letters'],
    ['KEYBOARD', 'of-eight-letters'],
    ['MAX_TOKENS', '4096'],
    ['SSH_AUTH_SOCK', '/tmp/ssh-1/agent.1'],
    ['TOKEN_URL', 'https://login.example.com/token'],
  ])('%s=%s may be shown', (name, value) => {
    expect(secretsIn({ env: { [name]: value } })).toEqual([]);
  });
});

test.each<[string, string[]]>([
  ['// "SEGMENT_API_TOKEN": "OLDTOKENwithoutform1234567890"', ['OLDTOKENwithoutform1234567890']],
  ['/* Authorization: Bearer bearersecret1234567890 */', ['bearersecret1234567890']],
  ['// export GITHUB_PAT=ghp_hidden', ['ghp_hidden']],
  ['// the old one was sgp_hiddenToken12345678.', ['sgp_hiddenToken12345678']],
  ["// args: ['--api-token', 'hidden-word']", ['hidden-word']],
  ['// see https://u:hidden-word@x.example', ['hidden-word']],
  ['// "X-Own": "hidden word"', ['hidden word']],
  ['// the token expires on Monday: ask an admin', []],
  ['// "command": "/usr/bin/node", "type": "streamable-http"', []],
  ['// USER=development setup cursor --http https://x.example --key-env SEGMENT_MCP_KEY', []],
  ['// SEGMENT_API_TOKEN=${SEGMENT_API_TOKEN}', []],
])('the comment %s holds the secrets %j', (comment, secrets) => {
  expect(secretsInText(comment)).toEqual(secrets);
});

test.each([
  `"env": { // "SEGMENT_API_TOKEN": "hiddenWithoutForm1234567890"\n "SEGMENT_READ_ONLY": "1" }`,
  '/* Authorization: Bearer hidden1234567890 */ "env": {}',
  '"env": { "ACCESS_KEY": "hidden1" }',
  '"env": { "SEGMENT_API_TOKEN_FILE": "hiddenWithoutForm123456" }',
])('neither setup nor the doctor shows what is secret in %s', async (fields) => {
  const home = temporaryHome();
  const entry = `{ "command": "node", "args": ["/gone/segment-audiences-mcp/dist/main.js"], ${fields} }`;
  withFile(cursorFile(home), `{ "mcpServers": { "segment-audiences": ${entry} } }`);
  await found(home);
  const { code, stdout } = await setup({
    ...{ home, clients: ['cursor'], write: true, yes: true, flags: { sandbox: true } },
  });
  expect(code).toBe(0);
  expect(stdout).toContain('[redacted]');
  expect(stdout).not.toContain('hidden');
});
