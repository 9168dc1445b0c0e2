import { stripVTControlCharacters } from 'node:util';
import { expect, test } from 'vitest';
import { parseCommand } from '../../src/cli.ts';
import { runCheck } from '../../src/commands/check.ts';

async function printed(query: string, color: boolean): Promise<string> {
  let text = '';
  const write = (more: string) => {
    text += more;
  };
  const command = {
    words: [query],
    type: 'users',
    format: 'text',
    sandbox: false,
    fix: false,
  } as const;
  await runCheck(command, { write, writeAside: write, color });
  return text;
}

test('diagnostics are in color on a terminal, and only there', async () => {
  const query = "evnet('A').count() >= 1";
  const colored = await printed(query, true);
  expect(colored).toContain('\u001b[31m^^^^^\u001b[0m');
  expect(stripVTControlCharacters(colored)).toBe(await printed(query, false));
});

test('what controls a terminal is not passed on', async () => {
  const text = await printed("trait('\u001b[2J') = @", false);
  expect(text).not.toContain('\u001b');
});

test('names in an explanation are in quotes, on a terminal in bold, and nowhere between asterisks', async () => {
  const query = "event('*Order* \"1\"').where(property('a.b') = 'x').count() >= 1";
  const plain = await printed(query, false);
  expect(plain).toContain('Users who did "*Order* \\"1\\"" at least once where "a.b" is "x".\n');
  const colored = await printed(query, true);
  expect(colored).toContain('\u001b[1m"a.b"\u001b[22m is "x".');
  expect(stripVTControlCharacters(colored)).toBe(plain);
});

test.each([
  [[], /query is missing/],
  [['--format', 'xml', 'a'], /--format must be one of text, json, github, sarif/],
  [['--json', '--format', 'sarif', 'a'], /--json means --format json/],
  [['--type', 'people', 'a'], /--type must be one of users, accounts, linked/],
  [['--port', '1', 'a'], /--port is not a flag here/],
])('%j is misunderstood', (args, problem) => {
  expect(() => parseCommand(['check', ...args])).toThrow(problem);
});
