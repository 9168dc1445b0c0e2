import { readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { rename } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { type Retrying, replaceFile } from '../../src/commands/replace-file.ts';
import { temporaryHome } from '../support/setup-machine.ts';

/** A machine whose renames fail so often with a code, and what it paused for. */
function busy(platform: NodeJS.Platform, code: string, times: number) {
  const pauses: number[] = [];
  let left = times;
  const machine: Retrying = {
    platform,
    async rename(from, to) {
      if (left === 0) return rename(from, to);
      left -= 1;
      throw Object.assign(new Error(code), { code });
    },
    async pause(ms) {
      pauses.push(ms);
    },
  };
  return { machine, pauses };
}

function file(): string {
  const path = join(temporaryHome(), 'file.json');
  writeFileSync(path, 'old');
  return path;
}

test.each(['EBUSY', 'EPERM', 'EACCES'])(
  'on Windows a rename is tried again after %s',
  async (code) => {
    const path = file();
    const { machine, pauses } = busy('win32', code, 3);
    await replaceFile(path, 'new', 0o600, undefined, machine);
    expect(readFileSync(path, 'utf8')).toBe('new');
    expect(statSync(path).mode & 0o777).toBe(0o600);
    expect(pauses).toEqual([20, 50, 100]);
  },
);

test.each([
  ['win32', 'EBUSY', 99, 6],
  ['win32', 'ENOSPC', 1, 0],
  ['linux', 'EBUSY', 1, 0],
] as const)(
  'on %s %s that stays ends it, and leaves the file as it was',
  async (platform, code, times, tries) => {
    const path = file();
    const { machine, pauses } = busy(platform, code, times);
    await expect(replaceFile(path, 'new', 0o600, undefined, machine)).rejects.toMatchObject({
      code,
    });
    expect(pauses).toHaveLength(tries);
    expect(readFileSync(path, 'utf8')).toBe('old');
    expect(readdirSync(join(path, '..'))).toEqual(['file.json']);
  },
);
