import { describe, expect, test } from 'vitest';
import { clientIds } from '../src/commands/clients/table.ts';
import { settings } from '../src/config/settings.ts';
import { help } from '../src/help.ts';
import { commandNames, commandUsages } from '../src/usage.ts';

test('the help of the program names every command and every setting', () => {
  const text = help();
  for (const command of commandNames) expect(text).toContain(`segment-audiences-mcp ${command} `);
  for (const { env } of Object.values(settings)) expect(text).toContain(env);
  for (const line of text.split('\n')) expect(line.length).toBeLessThan(100);
});

describe.each(commandNames)('the help of %s', (command) => {
  const text = help(command);
  const { flags, takesSettings, summary } = commandUsages[command];

  test('says what it does, with every flag and the exit codes', () => {
    expect(text).toContain(`Usage:\n  segment-audiences-mcp ${command}`);
    expect(text).toContain(summary);
    for (const { flag } of flags) expect(text).toMatch(new RegExp(`--${flag}\\b`));
    const words = text.replace(/\n {6}/g, ' ');
    for (const { meaning } of flags) expect(words).toContain(meaning);
    expect(text).toContain('Exit code:\n  0');
    expect(text.includes('SEGMENT_REGION')).toBe(takesSettings);
  });

  test('has no line that a terminal would break', () => {
    for (const line of text.split('\n')) expect(line.length).toBeLessThan(100);
  });
});

test('the help of setup names every client', () => {
  const words = help('setup').replaceAll('\n', ' ');
  for (const id of clientIds) expect(words).toMatch(new RegExp(`[ ,]${id}[,.]`));
});
