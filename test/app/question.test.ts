import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type Item, type Question, questionOf, unquoted } from '../../src/app/page/question.ts';
import { confirmationOf, outcomeOf } from '../../src/app/page/result.ts';
import { failure } from '../../src/mcp/result.ts';
import { describeBulk } from '../../src/safety/bulk-question.ts';
import { describeWrite, type WriteFacts } from '../../src/safety/question.ts';
import { required } from '../../src/safety/refused-agreement.ts';
import { audiences } from '../../src/safety/thing.ts';
import type { Audience } from '../../src/segment/models/audience.ts';
import { createRedactor } from '../../src/text/redact.ts';
import { visible } from '../../src/text/visible.ts';
import { hostileTexts } from '../support/hostile.ts';
import { audience } from '../support/in-memory.ts';
import { anyCharacter } from '../support/wild-text.ts';

/*
 * The page reads the server's question: what one writes, the other has to find.
 */

/** The question as the page reads it, out of the result of a call. */
function read(description: string, problem?: 'expired'): Question {
  const error = required(description, 'the value', problem, false);
  const outcome = outcomeOf(failure(error, createRedactor([])));
  if (outcome.kind !== 'problem') throw new Error('not an error');
  expect(confirmationOf(outcome)).toBe('the value');
  const question = questionOf(outcome.message);
  if (!question) throw new Error('not a question');
  return question;
}

const plain: WriteFacts = {
  kind: 'change',
  about: audiences,
  spaceId: 'spa_1',
  before: audience(),
  after: undefined,
  dependents: [],
  feeds: undefined,
  notes: [],
};

const ofKind = <Kind extends Item['kind']>({ items }: Question, wanted: Kind) =>
  items.filter((item): item is Extract<Item, { kind: Kind }> => item.kind === wanted);

const texts = fc.oneof(
  fc.string({ unit: anyCharacter, minLength: 1, maxLength: 300 }),
  fc.constantFrom(...Object.values(hostileTexts)),
);

describe('one write', () => {
  test('a change has each field before and after', async () => {
    const after = { ...audience(), name: 'Renamed', enabled: false };
    const question = read(await describeWrite({ ...plain, after }));
    expect(question.title).toBe(
      'Change the audience "Big spenders" ("aud_1") in the space "spa_1".',
    );
    expect(ofKind(question, 'change').map(({ kind, ...change }) => change)).toEqual([
      { field: 'name', before: '"Big spenders"', after: '"Renamed"' },
      { field: 'enabled', before: 'true', after: 'false' },
    ]);
    expect(question.why).toBeUndefined();
  });

  test('whatever strangers wrote, a change is one change of one name', async () => {
    const property = fc.asyncProperty(texts, texts, async (before, after) => {
      fc.pre(before !== after);
      const facts = {
        ...plain,
        before: audience({ name: before }),
        after: audience({ name: after }),
      };
      const question = read(await describeWrite(facts));
      const changes = ofKind(question, 'change');
      expect(changes.map(({ field }) => field)).toEqual(['name']);
      if (before.length > 200 || after.length > 200) return;
      expect(changes.map((change) => [unquoted(change.before), unquoted(change.after)])).toEqual([
        [shown(before), shown(after)],
      ]);
    });
    await fc.assert(property);
  });

  test('nothing of it is lost', async () => {
    const description = await describeWrite({
      ...plain,
      kind: 'remove',
      dependents: [audience({ id: 'aud_2', name: 'Vips' })],
      notes: ['It cannot be undone.'],
    });
    const question = read(description);
    const words = JSON.stringify(question.items);
    for (const line of description.split('\n').slice(1)) {
      for (const word of line.replace(/^- /, '').split(/[: ]+/)) {
        expect(words).toContain(JSON.stringify(word).slice(1, -1));
      }
    }
  });

  test('why it is asked again is shown', async () => {
    const question = read(await describeWrite({ ...plain, kind: 'remove' }), 'expired');
    expect(question.why).toBe('The confirmation has expired.');
    expect(question.title).toMatch(/^Delete the audience/);
  });
});

describe('a change of several', () => {
  const bulk = (members: Audience[], dependents: Audience[] = []) =>
    read(
      describeBulk({
        action: 'disable',
        spaceId: 'spa_1',
        members: members.map((each) => ({
          audience: each,
          dependents,
          insiders: [],
          feeds: undefined,
          remark: undefined,
        })),
        unchanged: [],
        missing: [],
        circles: [],
        notes: ['They will no longer be computed.'],
      }),
    );

  test.each([1, 3, 20, 21, 200])('%i of them are all there', (count) => {
    const members = Array.from({ length: count }, (_, at) =>
      audience({ id: `aud_${at}`, name: `Audience, ${at} (size 1), "x"` }),
    );
    const found = ofKind(bulk(members), 'member');
    expect(found).toHaveLength(count);
    expect(found[0]?.name).toContain('"Audience, 0 (size 1), \\u0022x\\u0022"');
    expect(found[0]?.about).toMatch(/^size not known/);
  });

  test('whatever their names are, they are as many', () => {
    const lists = fc.array(texts, { minLength: 1, maxLength: 30 });
    fc.assert(
      fc.property(lists, fc.boolean(), (names, areUsed) => {
        const members = names.map((name, at) => audience({ id: `aud_${at}`, name }));
        const question = bulk(members, areUsed ? [audience({ id: 'aud_x', name: 'a; b' })] : []);
        const found = ofKind(question, 'member');
        expect(found).toHaveLength(names.length);
      }),
    );
  });
});

test.each(['', 'no question', 'Nothing has been changed yet.'])(
  '%o is not a question',
  (message) => {
    expect(questionOf(message)).toBeUndefined();
  },
);

test('any text at all can be read', () => {
  const opening = 'Nothing has been changed yet. The user must first agree to this:\n\n';
  fc.assert(
    fc.property(fc.string({ unit: anyCharacter }), (text) => {
      expect(questionOf(opening + text)?.title).toBe(text.split('\n')[0]);
    }),
  );
});

/** A text as the page shows it: on its own lines, with invisible characters written out. */
function shown(text: string): string {
  return text.split('\n').map(visible).join('\n');
}
