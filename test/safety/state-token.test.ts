import {
  chmodSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { beforeEach, describe, expect, onTestFinished, test } from 'vitest';
import { StateFolder, StateFolderError } from '../../src/safety/state-folder.ts';
import { temporaryHome } from '../support/setup-machine.ts';

/*
 * The token that set-up keeps in the state folder.
 */

let parent: string;
let folder: string;
let state: StateFolder;
beforeEach(() => {
  parent = temporaryHome();
  folder = join(parent, 'a', 'state');
  state = new StateFolder(folder, Date.now);
});

test('is kept for its user alone, replaced, and read again', () => {
  expect(state.readToken()).toBeUndefined();
  expect(existsSync(folder)).toBe(false);
  state.keepToken('first-token');
  state.keepToken('second-token');
  expect(state.readToken()).toBe('second-token');
  expect(state.tokenFile).toBe(join(folder, 'token'));
  expect(statSync(state.tokenFile).mode & 0o777).toBe(0o600);
  expect(statSync(folder).mode & 0o777).toBe(0o700);
  expect(readdirSync(folder)).toEqual(['token']);
});

test('replaces a link, and does not follow it', () => {
  state.prepare();
  const other = join(parent, 'other');
  writeFileSync(other, 'theirs');
  symlinkSync(other, join(folder, 'token'));
  expect(() => state.readToken()).toThrow(StateFolderError);
  state.keepToken('own-token');
  expect(readFileSync(other, 'utf8')).toBe('theirs');
  expect(state.readToken()).toBe('own-token');
});

test('is not trusted where others can read it', () => {
  state.keepToken('own-token');
  chmodSync(state.tokenFile, 0o644);
  expect(() => state.readToken()).toThrow('its token is open to other users');
});

describe('what keeps the folder from being used', () => {
  test('is nothing, if it is there or can be made', () => {
    expect(state.problem()).toBeUndefined();
    expect(existsSync(join(parent, 'a'))).toBe(false);
    state.prepare();
    expect(state.problem()).toBeUndefined();
  });

  test('is that others can use it, or that it is not a folder', () => {
    mkdirSync(folder, { recursive: true });
    chmodSync(folder, 0o777);
    expect(state.problem()).toBe('it is open to other users');
    const file = join(parent, 'file');
    writeFileSync(file, '');
    expect(new StateFolder(file, Date.now).problem()).toBe('it is not a folder');
  });

  test.skipIf(process.getuid?.() === 0)("is that it can't be written (root always can)", () => {
    chmodSync(parent, 0o500);
    onTestFinished(() => chmodSync(parent, 0o700));
    expect(state.problem()).toBe('of EACCES');
  });
});
