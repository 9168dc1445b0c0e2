import type { App, View } from './app.ts';
import { chip } from './chip.ts';
import { compare } from './compare.ts';
import { button, type Child, facts, h, named, prose, section } from './dom.ts';
import { bold } from './explanation.ts';
import { notes } from './notes.ts';
import type { Change } from './question.ts';
import { booleanOf, type Fields, fieldsOf, numberOf, rowsOf, textOf } from './read.ts';
import { countInWords, spaced, visible, visibleLines } from './words.ts';

/*
 * What a write did, or in a dry run would do; and any other result, field by field.
 */

export function outcomeView(app: App, tool: string, args: Fields, data: Fields): View {
  const { dryRun, audience, results, counts, action, advice, notice, continuation, ...rest } = data;
  // What was agreed to and not begun in the time of one call goes on with the next.
  const ids = rowsOf(results).flatMap(({ id, outcome }) => (outcome === 'not_tried' ? [id] : []));
  const goOn = () =>
    app.go(tool, { spaceId: args.spaceId, action, ids, confirmation: continuation });
  const rehearsal = fieldsOf(dryRun);
  const removed = audience !== undefined && tool.startsWith('remove_');
  const title = dryRun === undefined ? spaced(tool) : `${spaced(tool)}: dry run`;
  return {
    title,
    draw: () => [
      removed && h('p', { class: 'box' }, 'Removed: ', named(textOf(fieldsOf(audience).name))),
      dryRun !== undefined && rehearsed(rehearsal),
      counts !== undefined && tally(app, fieldsOf(counts)),
      results !== undefined && each(rowsOf(results)),
      continuation !== undefined && button(`Continue with ${ids.length} more`, goOn),
      plain(removed || results !== undefined ? {} : rest),
      notes(data),
    ],
  };
}

function rehearsed({ before, after, request, question, needsConfirmation }: Fields): Child {
  const [was, becomes] = [flat(before), flat(after)];
  const fields = [...new Set([...was.keys(), ...becomes.keys()])];
  const changes = fields.flatMap((field): Change[] => {
    const [one, other] = [was.get(field), becomes.get(field)];
    return one === other ? [] : [{ field, before: one ?? 'nothing', after: other ?? 'nothing' }];
  });
  const asks = booleanOf(needsConfirmation) ? ' You would be asked first.' : '';
  return [
    h('p', { class: 'box' }, `Nothing was sent.${asks}`),
    changes.length > 0 && compare(changes),
    textOf(question) !== undefined &&
      h('p', { class: 'text' }, prose(visibleLines(String(question)))),
    request !== undefined && section('Request', json(request)),
  ];
}

/** The fields that differ are shown; those within others by their own names. */
function flat(value: unknown): Map<string, string> {
  return new Map(
    Object.entries(fieldsOf(value)).flatMap(([field, item]): [string, string][] => {
      const inside = fieldsOf(item);
      if (Object.keys(inside).length > 0) return [...flat(inside)];
      return item === undefined || item === null ? [] : [[field, wordsOf(item)]];
    }),
  );
}

function wordsOf(item: unknown): string {
  return visible(typeof item === 'string' ? item : JSON.stringify(item));
}

function tally(app: App, counts: Fields): HTMLElement {
  const some = Object.entries(counts).filter(([, count]) => (numberOf(count) ?? 0) > 0);
  return h(
    'p',
    { class: 'lead' },
    some.map(([outcome, count]) => [chip(spaced(outcome)), ` ${countInWords(count, app)}  `]),
  );
}

function each(results: readonly Fields[]): HTMLElement {
  return h(
    'ol',
    { class: 'members' },
    results.map(({ id, name, outcome, message }) =>
      h(
        'li',
        {},
        h('b', {}, named(textOf(name) ?? textOf(id))),
        chip(spaced(textOf(outcome) ?? 'unknown')),
        h('span', {}, prose(visible(textOf(message) ?? ''))),
      ),
    ),
  );
}

function plain(data: Fields): Child {
  const entries = Object.entries(data).filter(([, value]) => value !== undefined && value !== null);
  if (entries.length === 0) return undefined;
  return facts(
    entries.map(([field, value]) => {
      const isPlain = typeof value !== 'object';
      const words = field === 'explanation' ? bold(wordsOf(value)) : wordsOf(value);
      return [spaced(field), isPlain ? h('bdi', {}, words) : json(value)];
    }),
  );
}

function json(value: unknown): HTMLElement {
  return h('pre', { class: 'code' }, visibleLines(JSON.stringify(value, null, 2)));
}
