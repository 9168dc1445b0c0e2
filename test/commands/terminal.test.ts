import { PassThrough } from 'node:stream';
import { expect, test } from 'vitest';
import { terminalOf } from '../../src/commands/setup/terminal.ts';

/** A keyboard and a screen. */
function tty() {
  const modes: boolean[] = [];
  const input = Object.assign(new PassThrough(), {
    isTTY: true,
    setRawMode(raw: boolean) {
      modes.push(raw);
    },
  });
  let screen = '';
  const output = {
    isTTY: true,
    write(text: string) {
      screen += text;
    },
  };
  return { input, output, shown: { isTTY: true }, modes, screen: () => screen };
}

test('a secret is not shown, and the keyboard is given back', async () => {
  const { input, output, shown, modes, screen } = tty();
  const terminal = terminalOf({ input, output, shown });
  const asked = terminal?.askSecret('Token: ');
  input.write('sgp_sec');
  input.write('x\u007fret\r');
  expect(await asked).toBe('sgp_secret');
  expect(screen()).toBe('Token: \n');
  await terminal?.close();
  expect(modes).toEqual([true, false]);
});

test('nothing that is typed at once is shown: the keyboard is ours before the question', async () => {
  const { input, output, shown, modes } = tty();
  let modesBefore: boolean[] = [];
  const write = (text: string) => {
    if (text === 'Token: ') modesBefore = [...modes];
  };
  const asked = terminalOf({ input, output: { ...output, write }, shown })?.askSecret('Token: ');
  input.write('\r');
  await asked;
  expect(modesBefore).toEqual([true]);
});

test.each([
  ['Ctrl-U clears the line', 'wrong\u0015sgp_right\r'],
  ['a paste has markers', '\u001b[200~sgp_right\u001b[201~\r'],
  ['a paste has a line break', '\u001b[200~sgp_right\n\u001b[201~'],
  ['arrow keys, Delete and F1 are pressed', 'sgp_\u001b[D\u001b[1;5C\u001b[3~\u001bOPright\r'],
  ['Alt and a key are pressed', 'sgp_\u001bbright\r'],
  ['Escape is pressed twice, and Enter with it', 'sgp_right\u001b\u001b\r'],
])('a secret has only what was typed or pasted: %s', async (_, keys) => {
  for (const chunks of keys.includes('\u001bb') ? [[keys]] : [[keys], [...keys]]) {
    const { input, output, shown } = tty();
    const asked = terminalOf({ input, output, shown })?.askSecret('Token: ');
    for (const chunk of chunks) input.write(chunk);
    expect(await asked).toBe('sgp_right');
  }
});

test('after Escape alone, the next key counts', async () => {
  const { input, output, shown } = tty();
  const asked = terminalOf({ input, output, shown })?.askSecret('Token: ');
  for (const chunk of ['\u001b', 'sgp_right', '\r']) input.write(chunk);
  expect(await asked).toBe('sgp_right');
});

test.each(['\u001b[\u0003', '\u0003', 'abc\u0004'])('%j breaks off', async (keys) => {
  const { input, output, shown } = tty();
  const asked = terminalOf({ input, output, shown })?.askSecret('Token: ');
  input.write(keys);
  expect(await asked).toBeUndefined();
});

test('the end of the input breaks off', async () => {
  const { input, output, shown } = tty();
  const asked = terminalOf({ input, output, shown })?.askSecret('Token: ');
  input.end();
  expect(await asked).toBeUndefined();
});

test('two questions in a row', async () => {
  const { input, output, shown, screen } = tty();
  const terminal = terminalOf({ input, output, shown });
  const first = terminal?.ask('One? ');
  for (const keys of ['yex', '\u007f', 's\n']) input.write(keys);
  expect(await first).toBe('yes');
  const second = terminal?.askSecret('Two: ');
  input.write('no\n');
  expect(await second).toBe('no');
  expect(screen()).toBe('One? yex\b \bs\nTwo: \n');
});

test('a secret that is typed before its question is shown nowhere', async () => {
  const { input, output, shown, modes, screen } = tty();
  const terminal = terminalOf({ input, output, shown });
  const first = terminal?.ask('One? ');
  // Only in raw mode, the terminal itself shows nothing.
  expect(modes).toEqual([true]);
  input.write('y\rsgp_early\r');
  expect(await first).toBe('y');
  input.write('sgp_later\r');
  expect(await terminal?.askSecret('Two: ')).toBe('sgp_later');
  expect(modes).not.toContain(false);
  expect(screen()).toBe('One? y\nTwo: \n');
});

test.each(['\u0003', 'y\u0004'])('%j is no answer', async (keys) => {
  const { input, output, shown } = tty();
  const asked = terminalOf({ input, output, shown })?.ask('One? ');
  input.write(keys);
  expect(await asked).toBeUndefined();
});

test('what is typed ahead and not asked for is not left to the shell', async () => {
  const { input, output, shown, modes } = tty();
  const terminal = terminalOf({ input, output, shown });
  const asked = terminal?.ask('One? ');
  input.write('y\r');
  await asked;
  input.write('sgp_early\r');
  const closed = terminal?.close();
  expect(modes).toEqual([true]);
  await closed;
  expect(modes).toEqual([true, false]);
  expect(input.readableLength).toBe(0);
  expect(input.isPaused()).toBe(true);
});

test('without a question, the keyboard is left alone', async () => {
  const { input, output, shown, modes } = tty();
  input.write('next command\r');
  await terminalOf({ input, output, shown })?.close();
  expect(modes).toEqual([]);
  expect(input.readableLength).toBeGreaterThan(0);
});

test('control characters without an effect are no part of an answer', async () => {
  const { input, output, shown, screen } = tty();
  const asked = terminalOf({ input, output, shown })?.ask('One? ');
  input.write('\u001a\u0000y\t\u0007\r');
  expect(await asked).toBe('y');
  expect(screen()).toBe('One? y\n');
});

test.each(['input', 'output', 'shown'])('there is none where %s is no terminal', (name) => {
  const { input, output, shown } = tty();
  Object.assign({ input, output, shown }[name] ?? {}, { isTTY: false });
  expect(terminalOf({ input, output, shown })).toBeUndefined();
});
