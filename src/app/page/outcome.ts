import { chip } from './chip.ts';
import { compared, comparison } from './compare.ts';
import { type Child, h } from './dom.ts';
import { bold } from './explanation.ts';
import { go } from './go.ts';
import { notes } from './notes.ts';
import { button, facts, list, named, prose, section } from './parts.ts';
import type { Change } from './question.ts';
import { entriesOf, type Fields, fieldsOf, rowsOf, textOf } from './read.ts';
import type { View } from './screen.ts';
import { countInWords, spaced, visible, visibleLines } from './words.ts';

/*
 * What a write did, or in a dry run would do; and any other result, field by field.
 */

export function outcomeView(tool: string, args: Fields, data: Fields): View {
  const { dryRun, audience, results, counts, action, advice, notice, continuation, ...rest } = data;
  const { spaceId } = args;
  // What was agreed to and not begun in the time of one call goes on with the next.
  const ids = rowsOf(results).flatMap(({ id, outcome }) => (outcome === 'not_tried' ? [id] : []));
  const goOn = () => go(tool, { spaceId, action, ids, confirmation: continuation });
  const isRemoved = Boolean(audience) && tool.startsWith('remove_');
  return {
    title: spaced(tool) + (dryRun ? ': dry run' : ''),
    draw: () => [
      isRemoved && h('p.box', 'Removed: ', named(textOf(fieldsOf(audience).name))),
      dryRun ? rehearsed(fieldsOf(dryRun)) : undefined,
      counts !== undefined &&
        h(
          'p.lead',
          entriesOf(counts).map(
            ([outcome, count]) =>
              count !== 0 && [chip(spaced(outcome)), ` ${countInWords(count)}  `],
          ),
        ),
      results ? list('ol.members', rowsOf(results).map(member)) : undefined,
      continuation !== undefined && button(`Continue with ${ids.length} more`, goOn),
      isRemoved || results ? undefined : plain(rest),
      notes(data),
    ],
  };
}

function rehearsed({ before, after, request, question, needsConfirmation }: Fields): Child {
  const [was, becomes] = [flat(before), flat(after)];
  const changes = [...new Set([...was.keys(), ...becomes.keys()])]
    .map((field): Change => {
      const [one = 'nothing', other = 'nothing'] = [was.get(field), becomes.get(field)];
      return { field, before: one, after: other };
    })
    .filter((change) => change.before !== change.after);
  const asks = needsConfirmation === true ? ' You would be asked first.' : '';
  return [
    h('p.box', `Nothing was sent.${asks}`),
    changes.length > 0 && comparison(changes.map(compared)),
    textOf(question) && h('p.text', prose(visibleLines(String(question)))),
    request !== undefined && section('Request', json(request)),
  ];
}

/** The fields that differ are shown; those within others by their own names. */
function flat(value: unknown): Map<string, string> {
  return new Map(
    entriesOf(value).flatMap(([field, item]): [string, string][] => {
      const inside = flat(item);
      return inside.size > 0 ? [...inside] : [[field, wordsOf(item)]];
    }),
  );
}

function wordsOf(item: unknown): string {
  return visible(typeof item === 'string' ? item : JSON.stringify(item));
}

function member({ id, name, outcome, message }: Fields): Child {
  return [
    h('b', named(textOf(name || id))),
    chip(spaced(textOf(outcome) ?? 'unknown')),
    h('span', prose(visible(textOf(message) ?? ''))),
  ];
}

function plain(data: Fields): Child {
  return facts(
    entriesOf(data).map(([field, value]) => {
      const isPlain = typeof value !== 'object';
      const words = field === 'explanation' ? bold(wordsOf(value)) : wordsOf(value);
      return [spaced(field), isPlain ? h('bdi', words) : json(value)];
    }),
  );
}

function json(value: unknown): HTMLElement {
  return h('pre.code', visibleLines(JSON.stringify(value, null, 2)));
}
