import { describe, expect, test } from 'vitest';
import { BrokenFile } from '../../src/access/file-text.ts';
import { type FileKind, WatchedFile } from '../../src/access/watched-file.ts';
import { WatchedFiles } from '../support/watched.ts';

/** A file of one word; "bad" can't be used. */
const word: FileKind<string> = {
  path: '/word',
  setting: '--word',
  parse(text) {
    if (text.includes('bad')) throw new BrokenFile([`It is ${text}.`]);
    return text.trim();
  },
};

describe('a watched file', () => {
  test('has its new meaning within five seconds', async () => {
    const files = new WatchedFiles({ '/word': 'one' });
    const file = await WatchedFile.open(word, files);
    const seen: string[] = [];
    const end = file.onChange((value) => seen.push(value));
    expect(file.value).toBe('one');
    files.files.set('/word', 'two');
    await files.pass(4999);
    expect(file.value).toBe('one');
    await files.pass(1);
    await files.pass(5000);
    expect(file.value).toBe('two');
    end();
    await files.swap('/word', 'three');
    expect(file.value).toBe('three');
    expect(seen).toEqual(['two']);
    expect(files.messages('info')).toHaveLength(2);
    file.close();
  });

  test('with the same content is not parsed again', async () => {
    let parsed = 0;
    const files = new WatchedFiles({ '/word': 'one' });
    const count: FileKind<string> = {
      ...word,
      parse(text) {
        parsed += 1;
        return text;
      },
    };
    const file = await WatchedFile.open(count, files);
    for (let turn = 0; turn < 3; turn += 1) await files.pass(5000);
    expect(parsed).toBe(1);
    expect(files.logged).toEqual([]);
    file.close();
  });

  test.each([
    ['that is broken', 'bad', /It is bad/],
    ['that is gone', undefined, /can't be read \(ENOENT\)/],
  ])('keeps the last good version instead of one %s, and says so once', async (_, next, why) => {
    const files = new WatchedFiles({ '/word': 'one' });
    const file = await WatchedFile.open(word, files);
    for (let turn = 0; turn < 3; turn += 1) await files.swap('/word', next);
    expect(file.value).toBe('one');
    expect(file.isStale).toBe(true);
    expect(files.messages('error')).toHaveLength(1);
    expect(JSON.stringify(files.logged)).toMatch(why);
    expect(JSON.stringify(files.logged)).not.toContain('/word');
    await files.swap('/word', 'bad again');
    expect(files.messages('error')).toHaveLength(2);
    await files.swap('/word', 'two');
    expect([file.value, file.isStale]).toEqual(['two', false]);
    file.close();
  });

  test('that is what it was again is no longer stale, and no change', async () => {
    const files = new WatchedFiles({ '/word': 'one' });
    const file = await WatchedFile.open(word, files);
    const seen: string[] = [];
    file.onChange((value) => seen.push(value));
    await files.swap('/word', 'bad');
    await files.swap('/word', 'one');
    expect([file.value, file.isStale]).toEqual(['one', false]);
    expect(seen).toEqual([]);
    expect(files.messages('info')).toEqual(['--word: the file can be used again']);
    file.close();
  });

  test('is read as any program writes text', async () => {
    const files = new WatchedFiles();
    files.files.set('/word', Buffer.from('\ufeffone', 'utf16le'));
    const file = await WatchedFile.open(word, files);
    expect(file.value).toBe('one');
    file.close();
  });

  test('that is broken at the start stops it, by the name of its setting', async () => {
    await expect(WatchedFile.open(word, new WatchedFiles({ '/word': 'bad' }))).rejects.toThrow(
      '--word: It is bad.',
    );
    await expect(WatchedFile.open(word, new WatchedFiles())).rejects.toMatchObject({
      name: 'ConfigError',
      problems: ["--word: The file can't be read (ENOENT)."],
    });
  });

  test('that others may use is reported, and used', async () => {
    const files = new WatchedFiles({ '/word': 'one' });
    const kind = { ...word, warnOf: { mode: 0o077, because: 'can read it' } };
    files.mode = 0o100644;
    (await WatchedFile.open(kind, files)).close();
    expect(files.messages('warn')).toEqual(['--word: other users of this machine can read it']);
    for (const mode of [0o100600, undefined]) {
      files.mode = mode;
      (await WatchedFile.open(kind, files)).close();
    }
    expect(files.messages('warn')).toHaveLength(1);
  });

  test('is not read after it is closed', async () => {
    const files = new WatchedFiles({ '/word': 'one' });
    const file = await WatchedFile.open(word, files);
    const { reads } = files;
    file.close();
    await files.clock.advance(20_000);
    expect(files.reads).toBe(reads);
  });
});
