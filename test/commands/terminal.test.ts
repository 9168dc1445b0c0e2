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
  return { input, output, modes, screen: () => screen };
}

test('a secret is not shown, and the keyboard is given back', async () => {
  const { input, output, modes, screen } = tty();
  const terminal = terminalOf({ input, output });
  const asked = terminal?.askSecret('Token: ');
  input.write('sgp_sec');
  input.write('x\u007fret\r');
  expect(await asked).toBe('sgp_secret');
  expect(screen()).toBe('Token: \n');
  terminal?.close();
  expect(modes).toEqual([true, false]);
});

test('nothing that is typed at once is shown: the keyboard is ours before the question', async () => {
  const { input, output, modes } = tty();
  let modesBefore: boolean[] = [];
  const write = (text: string) => {
    if (text === 'Token: ') modesBefore = [...modes];
  };
  const asked = terminalOf({ input, output: { ...output, write } })?.askSecret('Token: ');
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
    const { input, output } = tty();
    const asked = terminalOf({ input, output })?.askSecret('Token: ');
    for (const chunk of chunks) input.write(chunk);
    expect(await asked).toBe('sgp_right');
  }
});

test('after Escape alone, the next key counts', async () => {
  const { input, output } = tty();
  const asked = terminalOf({ input, output })?.askSecret('Token: ');
  for (const chunk of ['\u001b', 'sgp_right', '\r']) input.write(chunk);
  expect(await asked).toBe('sgp_right');
});

test.each(['\u001b[\u0003', '\u0003', 'abc\u0004'])('%j breaks off', async (keys) => {
  const { input, output } = tty();
  const asked = terminalOf({ input, output })?.askSecret('Token: ');
  input.write(keys);
  expect(await asked).toBeUndefined();
});

test('the end of the input breaks off', async () => {
  const { input, output } = tty();
  const asked = terminalOf({ input, output })?.askSecret('Token: ');
  input.end();
  expect(await asked).toBeUndefined();
});

test('two questions in a row', async () => {
  const { input, output, screen } = tty();
  const terminal = terminalOf({ input, output });
  const first = terminal?.ask('One? ');
  for (const keys of ['yex', '\u007f', 's\n']) input.write(keys);
  expect(await first).toBe('yes');
  const second = terminal?.askSecret('Two: ');
  input.write('no\n');
  expect(await second).toBe('no');
  expect(screen()).toBe('One? yex\b \bs\nTwo: \n');
});

test('a secret that is typed before its question is shown nowhere', async () => {
  const { input, output, modes, screen } = tty();
  const terminal = terminalOf({ input, output });
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
  const { input, output } = tty();
  const asked = terminalOf({ input, output })?.ask('One? ');
  input.write(keys);
  expect(await asked).toBeUndefined();
});

test('there is none where one side is no terminal', () => {
  const { input, output } = tty();
  expect(terminalOf({ input: Object.assign(input, { isTTY: false }), output })).toBeUndefined();
});
