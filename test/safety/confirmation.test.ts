import { randomBytes } from 'node:crypto';
import fc from 'fast-check';
import { afterEach, describe, expect, test, vi } from 'vitest';
import { Confirmations, confirmationLifeMs, type Subject } from '../../src/safety/confirmation.ts';
import { snapshotOf } from '../../src/safety/snapshot.ts';
import { audience } from '../support/in-memory.ts';
import { anyCharacter } from '../support/wild-text.ts';

/*
 * The values by which a call shows that its user agreed.
 */

const subject: Subject = {
  operation: 'update_audience_for_space',
  spaceId: 'spa_1',
  id: 'aud_1',
  act: { id: 'aud_1', name: 'New', enabled: false },
  state: snapshotOf(audience()),
};

/** Values as they are used at once, for audiences that nobody depends on. */
function inUse(used: Confirmations) {
  return {
    issue: (about: Subject) => used.issue(about, []),
    async accept(value: string, about: Subject) {
      const judgement = await used.judge(value, about);
      if (judgement.kind !== 'accepted') return judgement;
      return { kind: (await judgement.spend()) ? 'accepted' : 'used' } as const;
    },
  };
}

function confirmations() {
  let now = Date.UTC(2026, 0, 1);
  const clock = () => now;
  const made = inUse(new Confirmations({ now: clock, elapsed: clock, randomBytes }));
  const pass = (ms: number) => {
    now += ms;
  };
  return { made, pass };
}

describe('a value', () => {
  test('works once', async () => {
    const { made } = confirmations();
    const value = made.issue(subject);
    expect(await made.accept(value, subject)).toEqual({ kind: 'accepted' });
    expect(await made.accept(value, subject)).toEqual({ kind: 'used' });
  });

  test('does not use up another for the same write', async () => {
    const { made } = confirmations();
    const [one, two] = [made.issue(subject), made.issue(subject)];
    expect(one).not.toBe(two);
    expect(await made.accept(one, subject)).toEqual({ kind: 'accepted' });
    expect(await made.accept(two, subject)).toEqual({ kind: 'accepted' });
  });

  test('works to the end of its five minutes and not a millisecond longer', async () => {
    expect(confirmationLifeMs).toBe(300_000);
    const { made, pass } = confirmations();
    const [one, two] = [made.issue(subject), made.issue(subject)];
    pass(300_000);
    expect(await made.accept(one, subject)).toEqual({ kind: 'accepted' });
    pass(1);
    expect(await made.accept(two, subject)).toEqual({ kind: 'expired' });
    expect(await made.accept(one, subject)).toEqual({ kind: 'expired' });
  });

  test.each<[string, Partial<Subject>]>([
    ['tool', { operation: 'remove_audience_from_space' }],
    ['space', { spaceId: 'spa_2' }],
    ['id', { id: 'aud_2' }],
    ['missing id', { id: undefined }],
    ['changed argument', { act: { id: 'aud_1', name: 'Newer', enabled: false } }],
    ['argument of another type', { act: { id: 'aud_1', name: 'New', enabled: 'false' } }],
    ['missing argument', { act: { id: 'aud_1', name: 'New' } }],
    ['additional argument', { act: { id: 'aud_1', name: 'New', enabled: false, type: 'users' } }],
    ['argument under another name', { act: { id: 'aud_1', query: 'New', enabled: false } }],
  ])('does not work for another %s, and still works for its own', async (_, other) => {
    const { made } = confirmations();
    const value = made.issue(subject);
    const kind = 'act' in other ? 'other' : 'foreign';
    expect(await made.accept(value, { ...subject, ...other })).toEqual({ kind });
    expect(await made.accept(value, subject)).toEqual({ kind: 'accepted' });
  });

  test("can't be moved from one part of the subject into the next", async () => {
    const { made } = confirmations();
    const value = made.issue({ ...subject, spaceId: 'a', id: 'b","c' });
    expect(await made.accept(value, { ...subject, spaceId: 'a","b', id: 'c' })).toEqual({
      kind: 'foreign',
    });
  });

  test('is recognized where the audience has changed, with its earlier state', async () => {
    const { made } = confirmations();
    const value = made.issue(subject);
    const renamed = snapshotOf(audience({ name: 'Renamed' }));
    const judgement = await made.accept(value, { ...subject, state: renamed });
    expect(judgement.kind).toBe('changed');
    const wasState = judgement.kind === 'changed' ? judgement.wasState : () => false;
    expect(wasState(snapshotOf(audience()))).toBe(true);
    expect(wasState(renamed)).toBe(false);
  });

  test('for an existing audience is not valid for a new one, nor the reverse', async () => {
    const { made } = confirmations();
    const without = { ...subject, state: undefined };
    expect((await made.accept(made.issue(subject), without)).kind).toBe('changed');
    expect((await made.accept(made.issue(without), subject)).kind).toBe('changed');
    expect((await made.accept(made.issue(without), without)).kind).toBe('accepted');
  });

  test('does not depend on the order of the arguments, nor on those without a value', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.dictionary(fc.string(), fc.oneof(fc.string(), fc.boolean())),
        fc.infiniteStream(fc.nat()),
        async (args, order) => {
          const { made } = confirmations();
          const shuffled = Object.entries(args)
            .map((entry) => ({ entry, at: order.next().value }))
            .sort((a, b) => a.at - b.at)
            .map(({ entry }) => entry);
          const value = made.issue({ ...subject, act: args });
          const again = { ...Object.fromEntries(shuffled), ' none': undefined };
          expect(await made.accept(value, { ...subject, act: again })).toEqual({
            kind: 'accepted',
          });
        },
      ),
    );
  });

  test('of another server, or of this one before its restart, does not work', async () => {
    const [one, other] = [confirmations(), confirmations()];
    expect(await other.made.accept(one.made.issue(subject), subject)).toEqual({ kind: 'foreign' });
  });
});

describe('a value that was tampered with is foreign', () => {
  const { made } = confirmations();
  const value = made.issue(subject);

  test('at any bit of any byte', async () => {
    const bytes = Buffer.from(value, 'base64url');
    for (let at = 0; at < bytes.length * 8; at += 1) {
      const changed = Buffer.from(bytes);
      const byte = at >> 3;
      changed[byte] = (changed[byte] ?? 0) ^ (1 << (at & 7));
      expect(await made.accept(changed.toString('base64url'), subject)).toEqual({
        kind: 'foreign',
      });
    }
  });

  test('at any character, also where base64 would forgive it', async () => {
    for (let at = 0; at < value.length; at += 1) {
      for (const other of ['A', 'B', 'Q', '_', '-', '=', '+', ' ', '\n', '\u0000', 'é']) {
        if (value[at] === other) continue;
        const changed = value.slice(0, at) + other + value.slice(at + 1);
        expect(await made.accept(changed, subject)).toEqual({ kind: 'foreign' });
      }
    }
  });

  test.each([
    ['shortened', value.slice(1)],
    ['shortened at its end', value.slice(0, -1)],
    ['lengthened', `${value}A`],
    ['with a line break within', `${value.slice(0, 9)}\n${value.slice(9)}`],
    ['with padding', `${value}=`],
    ['doubled', value + value],
    ['empty', ''],
    ['in ordinary base64', Buffer.alloc(44, 0xff).toString('base64')],
    ['very long', 'A'.repeat(1_000_000)],
  ])('%s', async (_, changed) => {
    expect(await made.accept(changed, subject)).toEqual({ kind: 'foreign' });
  });

  test('whatever the text is', async () => {
    await fc.assert(
      fc.asyncProperty(fc.string({ unit: anyCharacter }), async (text) => {
        expect(await made.accept(text, subject)).toEqual({ kind: 'foreign' });
      }),
    );
  });

  test('and the true one works after all that', async () => {
    expect(await made.accept(value, subject)).toEqual({ kind: 'accepted' });
  });
});

describe('the list of used values', () => {
  afterEach(() => {
    vi.restoreAllMocks();
  });

  test('holds none for longer than an hour', async () => {
    const { made, pass } = confirmations();
    await made.accept(made.issue(subject), subject);
    pass(3_590_000);
    const young = made.issue(subject);
    await made.accept(young, subject);
    pass(10_001);
    const deleted = vi.spyOn(Map.prototype, 'delete');
    await made.accept(made.issue(subject), subject);
    expect(deleted.mock.calls).toHaveLength(1);
    expect(await made.accept(young, subject)).toEqual({ kind: 'used' });
  });
});
