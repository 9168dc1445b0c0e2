import { readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { define } from '../../scripts/define.ts';
import { parseKeysFile } from '../../src/access/keys-file.ts';
import { parseOAuthPolicies } from '../../src/access/oauth-policies.ts';
import { policyFromQuery } from '../../src/access/policy-words.ts';
import { parseTokensFile } from '../../src/access/tokens-file.ts';
import { parseCommand } from '../../src/cli.ts';
import { runKeys } from '../../src/commands/keys.ts';
import { readConfig } from '../../src/config/config.ts';
import { parseSeed } from '../../src/sandbox/start.ts';
import { errorCodes } from '../../src/segment/errors.ts';
import { metrics } from '../../src/telemetry/metrics-table.ts';
import { registry, tools } from '../../src/tools/registry.ts';
import { folderOfReleases, readSurface } from '../support/released.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

/*
 * What docs/stability.md promises: the interface of every released version is still there. A version is
 * recorded in test/contract/released when it is released, and not edited afterwards.
 */

const token = { SEGMENT_API_TOKEN: 'token-of-the-test' };

describe.each(readdirSync(folderOfReleases))('the interface of %s', (version) => {
  const surface = readSurface(version);

  /** What a flag of it needs to be given with, and its value on this machine. */
  const argumentsFor = (flag: string, value: string | null): string[] => {
    const here = flag === 'audit-log' ? join(tmpdir(), value ?? '') : value;
    return [`--${flag}`, ...(here === null ? [] : [here])];
  };

  test.each(Object.entries(surface.flags))(
    'has the flag --%s, with the value %s',
    (flag, value) => {
      const warnings: string[] = [];
      const command = parseCommand(argumentsFor(flag, value));
      if (command.kind !== 'serve') throw new Error('it does not serve');
      readConfig(command.flags, token, command.problems, (warning) => warnings.push(warning));
      expect(warnings).toEqual([]);
    },
  );

  const settable = Object.entries(surface.variables);

  test.each(settable)('has the variable %s, with the value %s', (variable, value) => {
    const isFile = /_FILE$|_LOG$|_DIR$/.test(variable) && variable !== 'LOG_LEVEL';
    const text = isFile && variable !== 'SEGMENT_AUDIT_LOG' ? import.meta.dirname : value;
    const given = variable === 'SEGMENT_AUDIT_LOG' ? join(tmpdir(), value) : text;
    // Nothing is refused for an unknown variable, so each is given what it must refuse.
    const read = (content: string) => () =>
      readConfig({}, { ...(/TOKEN/.test(variable) ? {} : token), [variable]: content });
    if (!/_FILE$/.test(variable)) expect(read(given)).not.toThrow();
    if (variable === 'LOG_LEVEL') return;
    expect(read('"quoted"')).toThrow(variable);
  });

  test.each(Object.entries(surface.commands))(
    'has the command %s with its flags',
    (name, forms) => {
      for (const form of forms) {
        expect(parseCommand([name, ...form]).kind).toBe(name);
      }
    },
  );

  test('has its toolsets, with at least their tools', () => {
    for (const [name, members] of Object.entries(surface.toolsets)) {
      const today: readonly { name: string }[] =
        Object.entries(registry).find(([each]) => each === name)?.[1] ?? [];
      expect(today.map((tool) => tool.name)).toEqual(expect.arrayContaining(members));
    }
  });

  test('has its error codes', () => {
    expect(errorCodes).toEqual(expect.arrayContaining(surface.errorCodes));
  });

  test.each(Object.entries(surface.tools))(
    'has the tool %s, which takes and gives what it did',
    (name, { inputs, required, outputs }) => {
      const tool = tools.find((each) => each.name === name);
      if (!tool) throw new Error('it is gone');
      const { inputSchema } = define(tool);
      expect(Object.keys(inputSchema.properties ?? {})).toEqual(expect.arrayContaining(inputs));
      // More than was required would refuse calls that were right.
      expect(required).toEqual(expect.arrayContaining(inputSchema.required ?? []));
      expect(Object.keys(tool.output().shape)).toEqual(expect.arrayContaining(outputs));
    },
  );

  test.each(Object.entries(surface.queryParameters))(
    'has the parameter %s, with the value %s',
    (name, value) => {
      expect(policyFromQuery(new URLSearchParams({ [name]: value }))).not.toEqual({});
    },
  );

  test('has its metrics, with their types and labels', () => {
    const today = Object.values(metrics).map(({ name, type, labels }) => [name, { type, labels }]);
    expect(Object.fromEntries(today)).toMatchObject(surface.metrics);
  });

  test('reads its files', async () => {
    const { keys, tokens, policies, seed } = surface.files;
    expect(parseKeysFile(JSON.stringify(keys))).not.toEqual([]);
    const read = () => Promise.resolve('token-of-the-test');
    expect([...(await parseTokensFile('/tokens.json', JSON.stringify(tokens), read))]).not.toEqual(
      [],
    );
    expect(parseOAuthPolicies(JSON.stringify(policies))).not.toEqual([]);
    expect(parseSeed(seed).spaces).not.toEqual([]);
  });

  test('refuses files of another version', async () => {
    const { keys, tokens } = surface.files;
    const later = (file: { version: number }) => JSON.stringify({ ...file, version: 2 });
    expect(() => parseKeysFile(later(keys))).toThrow();
    await expect(
      parseTokensFile('/tokens.json', later(tokens), () => Promise.resolve('')),
    ).rejects.toThrow();
  });

  test('lists keys with its fields', async () => {
    const folder = temporaryFolder('keys');
    const file = join(folder, 'keys.json');
    writeFileSync(file, JSON.stringify(surface.files.keys), { mode: 0o600 });
    let printed = '';
    await runKeys(
      { action: 'list', id: undefined, flags: { keys: file, json: true } },
      { environment: {}, now: () => 0, randomBytes: (count) => new Uint8Array(count) },
      { write: (text) => (printed += text), writeAside: () => {} },
    );
    rmSync(folder, { recursive: true });
    const [row] = JSON.parse(printed);
    expect(Object.keys(row)).toEqual(
      expect.arrayContaining(surface.printed['keys list --json'] ?? []),
    );
  });
});

test('the document names what the tests hold', () => {
  const text = readFileSync('docs/stability.md', 'utf8');
  for (const word of [
    'Tools',
    'Error codes',
    'flags',
    'variables',
    'Exit codes',
    'test/contract/released',
    'query parameters',
    'Metrics',
    '`doctor --json`',
    '`keys list --json`',
    '`"version": 1`',
  ]) {
    expect(text).toContain(word);
  }
});
