import { randomBytes } from 'node:crypto';
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import {
  Confirmations,
  type ConfirmationsOptions,
  type Subject,
  scopeOf,
} from '../../src/safety/confirmation.ts';
import {
  defaultStateFolder,
  StateFolder,
  StateFolderError,
} from '../../src/safety/state-folder.ts';
import { expectMode, isWindows } from '../support/platform.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

/*
 * Confirmations of one process that another takes.
 */

const subject: Subject = {
  operation: 'remove_audience_from_space',
  spaceId: 'spa_1',
  id: 'aud_1',
  act: { id: 'aud_1' },
  state: undefined,
};
const startedAt = Date.UTC(2026, 0, 1);
const secrets = [1, 2, 3].map((byte) => Buffer.alloc(32, byte));

let parent: string;
let folder: string;
beforeEach(() => {
  parent = mkdtempSync(join(tmpdir(), 'state-'));
  folder = join(parent, 'a', 'state');
});
afterEach(() => {
  rmSync(parent, { recursive: true, force: true });
});

/** One process: its clocks can be moved apart. */
function started(more: Partial<ConfirmationsOptions> = {}) {
  const time = { now: startedAt, elapsed: 1000 };
  const reasons: string[] = [];
  const made = new Confirmations({
    now: () => time.now,
    elapsed: () => time.elapsed,
    randomBytes,
    folder: new StateFolder(folder, () => time.now),
    onNoFolder: (reason) => reasons.push(reason),
    ...more,
  });
  return {
    time,
    reasons,
    issue: () => made.issue(subject, []),
    judge: (value: string) => made.judge(value, subject),
    async use(value: string) {
      const judgement = await made.judge(value, subject);
      if (judgement.kind !== 'accepted') return judgement.kind;
      return (await judgement.spend()) ? 'accepted' : 'used';
    },
  };
}

describe('a value of another process', () => {
  test('works once, whichever process uses it', async () => {
    const value = started().issue();
    expect(await started().use(value)).toBe('accepted');
    for (const process of [started(), started()]) expect(await process.use(value)).toBe('used');
  });

  test('works once although two judged it at once', async () => {
    const [one, other] = [started(), started()];
    const value = one.issue();
    const judgements = await Promise.all([one.judge(value), other.judge(value)]);
    const spent = await Promise.all(
      judgements.map((judged) => judged.kind === 'accepted' && judged.spend()),
    );
    expect(spent).toEqual([true, false]);
  });

  test('is still valid after it was given back because nothing was sent', async () => {
    const one = started();
    const value = one.issue();
    const judgement = await one.judge(value);
    if (judgement.kind !== 'accepted') throw new Error(judgement.kind);
    await judgement.spend();
    await judgement.giveBack();
    expect(await started().use(value)).toBe('accepted');
  });

  test.each<[string, number, string]>([
    ['to the end of its five minutes', 300_000, 'accepted'],
    ['no longer', 300_001, 'expired'],
    ['if the clocks are 30 s apart', -30_000, 'accepted'],
    ['not if they are more apart', -30_001, 'expired'],
  ])('works by the wall clock, %s', async (_, ms, expected) => {
    const value = started().issue();
    const other = started();
    other.time.now += ms;
    other.time.elapsed = 5;
    expect(await other.use(value)).toBe(expected);
  });

  test.each([
    ['another address', scopeOf('https://eu1.api.segmentapis.com', 'token')],
    ['another token', scopeOf('https://api.segmentapis.com', 'token2')],
  ])('does not work for %s', async (_, scope) => {
    const own = scopeOf('https://api.segmentapis.com', 'token');
    const value = started({ scope: () => own }).issue();
    expect(await started({ scope: () => scope }).use(value)).toBe('foreign');
    const slashed = scopeOf('https://api.segmentapis.com/', 'token');
    expect(await started({ scope: () => slashed }).use(value)).toBe('accepted');
  });
});

describe('a value of the same process', () => {
  test.each([-600_000, 600_000])('does not mind a wall clock that jumps by %d ms', async (jump) => {
    const process = started();
    const [one, two] = [process.issue(), process.issue()];
    process.time.now += jump;
    expect(await process.use(one)).toBe('accepted');
    expect(await process.use(one)).toBe('used');
    process.time.elapsed += 300_001;
    process.time.now -= jump;
    expect(await process.use(two)).toBe('expired');
    expect(await process.use(one)).toBe('expired');
  });
});

describe('the key', () => {
  test('is made when a value is first issued, for the user alone', async () => {
    const process = started();
    expect(await process.use('A'.repeat(120))).toBe('foreign');
    expect(readdirSync(parent)).toEqual([]);
    process.issue();
    expectMode(folder, 0o700);
    expect(readdirSync(folder)).toEqual(['key']);
    expectMode(join(folder, 'key'), 0o600);
    expect(statSync(join(folder, 'key')).size).toBe(32);
  });

  test('of the first process is kept by the others', async () => {
    started().issue();
    const key = readFileSync(join(folder, 'key'));
    started().issue();
    expect(readFileSync(join(folder, 'key'))).toEqual(key);
  });

  test('given by the operator is not written anywhere; the first signs, both verify', async () => {
    const [old = secrets, next = secrets, foreign = secrets] = secrets.map((key) => [key]);
    const value = started({ keys: old }).issue();
    expect(existsSync(join(folder, 'key'))).toBe(false);
    expect(await started({ keys: foreign }).use(value)).toBe('foreign');
    const both = [...next, ...old];
    const signed = started({ keys: both }).issue();
    expect(await started({ keys: old }).use(signed)).toBe('foreign');
    expect(await started({ keys: next }).use(signed)).toBe('accepted');
    expect(await started({ keys: both }).use(value)).toBe('accepted');
    expect(await started({ keys: old }).use(value)).toBe('used');
  });
});

describe('a use', () => {
  test('is a file that is named by a hash, and kept for an hour', async () => {
    const process = started();
    const value = process.issue();
    await process.use(value);
    const [used = ''] = readdirSync(folder).filter((name) => name.startsWith('used-'));
    expect(used).toMatch(/^used-[0-9a-f]{64}$/);
    expectMode(join(folder, used), 0o600);
    const at = (ms: number) => new Date(startedAt - ms);
    utimesSync(join(folder, used), at(3_600_000), at(3_600_000));
    await process.use(process.issue());
    expect(readdirSync(folder)).toContain(used);
    utimesSync(join(folder, used), at(3_600_001), at(3_600_001));
    await process.use(process.issue());
    expect(readdirSync(folder)).not.toContain(used);
  });
});

describe("a folder that can't be trusted", () => {
  const spoilers: [string, RegExp, () => void][] = [
    [
      'a link',
      /it is a link/,
      () => {
        mkdirSync(join(parent, 'real'), { mode: 0o700 });
        mkdirSync(join(parent, 'a'));
        symlinkSync(join(parent, 'real'), folder);
      },
    ],
    ['open to others', /open to other users/, () => mkdirSync(folder, { recursive: true })],
    [
      'a file',
      /EEXIST|ENOTDIR|not a folder/,
      () => {
        mkdirSync(join(parent, 'a'));
        writeFileSync(folder, '');
      },
    ],
    [
      'one whose key is a link',
      /ELOOP/,
      () => {
        mkdirSync(folder, { recursive: true, mode: 0o700 });
        writeFileSync(join(parent, 'other'), randomBytes(32), { mode: 0o600 });
        symlinkSync(join(parent, 'other'), join(folder, 'key'));
      },
    ],
    [
      'one whose key others can read',
      /its key is open to other users/,
      () => {
        started().issue();
        chmodSync(join(folder, 'key'), 0o644);
      },
    ],
    [
      'one whose key is cut',
      /does not have 32 bytes/,
      () => {
        mkdirSync(folder, { recursive: true, mode: 0o700 });
        writeFileSync(join(folder, 'key'), 'short', { mode: 0o600 });
      },
    ],
  ];

  const endings = ['', '/', '//', '/.', '/./', '/x/..'];

  test.skipIf(isWindows).each(endings)(
    'a link is found with %j at its end (making one takes rights on Windows)',
    (end) => {
      mkdirSync(join(parent, 'real'), { mode: 0o700 });
      symlinkSync(join(parent, 'real'), join(parent, 'link'));
      const state = new StateFolder(`${join(parent, 'link')}${end}`, () => startedAt);
      for (const act of [() => state.readKey(), () => state.keepKey(randomBytes(32))]) {
        expect(act).toThrow('it is a link');
      }
      expect(readdirSync(join(parent, 'real'))).toEqual([]);
    },
  );

  /** What takes links or modes. */
  const isPosixOnly = ([kind]: (typeof spoilers)[number]) => /link|open|others/.test(kind);

  describe.each([
    [false, 'on every system'],
    [true, 'where there are links and modes, unlike on Windows'],
  ])('%#', (posixOnly, where) => {
    const kinds = spoilers.filter((kind) => isPosixOnly(kind) === posixOnly);
    test.skipIf(posixOnly && isWindows).each(kinds)(
      `%s is not used, ${where}: values are good in their process only`,
      async (_, why, spoil) => {
        spoil();
        const one = started();
        const value = one.issue();
        expect(one.reasons).toEqual([expect.stringMatching(why)]);
        expect(await started().use(value)).toBe('foreign');
        expect(await one.use(value)).toBe('accepted');
        expect(await one.use(value)).toBe('used');
        expect(one.reasons).toHaveLength(1);
      },
    );
  });

  test('values of other processes are refused, with a secret too', async () => {
    const keys = secrets.slice(0, 1);
    const alone = { keys, folder: undefined };
    const value = started({ keys }).issue();
    expect(await started(alone).use(value)).toBe('foreign');
    const own = started(alone);
    const another = own.issue();
    expect(await started(alone).use(another)).toBe('foreign');
    expect(await started({ keys }).use(another)).toBe('foreign');
    expect(await own.use(another)).toBe('accepted');
  });

  test("a use that can't be recorded does not count, and the next value works", async () => {
    const process = started();
    const value = process.issue();
    const judgement = await process.judge(value);
    rmSync(folder, { recursive: true });
    writeFileSync(folder, '');
    expect(judgement.kind === 'accepted' && (await judgement.spend())).toBe(false);
    expect(await process.use(process.issue())).toBe('accepted');
  });
});

test.each<[NodeJS.Platform, Record<string, string>, string | undefined]>([
  ['linux', {}, '/home/me/.local/state/segment-audiences-mcp'],
  ['linux', { XDG_STATE_HOME: '/x' }, '/x/segment-audiences-mcp'],
  ['linux', { XDG_STATE_HOME: 'relative' }, '/home/me/.local/state/segment-audiences-mcp'],
  ['darwin', {}, '/home/me/Library/Application Support/segment-audiences-mcp'],
  ['win32', { LOCALAPPDATA: 'C:\\L' }, 'C:\\L\\segment-audiences-mcp'],
  ['win32', {}, undefined],
])('the place for state on %s with %j', (platform, environment, expected) => {
  const home = () => '/home/me';
  expect(defaultStateFolder({ platform, environment, home })).toBe(expected);
});

test('there is none for a user without a home', async () => {
  const home = () => {
    throw new Error('no home');
  };
  expect(defaultStateFolder({ platform: 'linux', environment: {}, home })).toBeUndefined();
});

test('is made with the folders above it, for the user alone', () => {
  const above = temporaryFolder('state');
  const path = join(above, 'a', 'b', 'c');
  new StateFolder(path, () => startedAt).prepare();
  new StateFolder(path, () => startedAt).prepare();
  expectMode(join(above, 'a'), 0o700);
  expectMode(path, 0o700);
});

// Linux's own: there, a folder can't be made although the one above it exists.
test.skipIf(!existsSync('/proc/self'))(
  'that no file system takes is an error, and no endless attempt',
  () => {
    const impossible = new StateFolder('/proc/none/here', () => startedAt);
    expect(() => impossible.prepare()).toThrow(StateFolderError);
  },
);
