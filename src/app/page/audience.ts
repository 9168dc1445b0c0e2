import { chip, stateOf } from './chip.ts';
import { definition } from './definition.ts';
import { type Child, h } from './dom.ts';
import { editorView } from './editor.ts';
import { goToAudience } from './go.ts';
import { notes } from './notes.ts';
import { button, facts, faint, list, named, section } from './parts.ts';
import { entriesOf, type Fields, fieldsOf, rowsOf, textOf } from './read.ts';
import { open, type View } from './screen.ts';
import { tree } from './tree.ts';
import { cadenceInWords, dayInWords, sizeInWords, spaced, visible, visibleLines } from './words.ts';

/** One audience: what it means, how large it is, who builds on it, and where it is sent. */
export function audienceView(tool: string, args: Fields, data: Fields): View {
  const audience = fieldsOf(data.audience);
  const { name, key, updatedAt, audienceType } = audience;
  const definitionOf = fieldsOf(audience.definition);
  const spaceId = audience.spaceId ?? args.spaceId;
  const id = textOf(audience.id) ?? '';
  const description = textOf(audience.description);
  const level = textOf(audienceType || definitionOf.type)?.toLowerCase();
  const query = textOf(definitionOf.query);
  const isWhole = Boolean(data.schedules ?? data.destinations ?? data.usedBy);
  const edit = () => open(editorView({ query, type: level, spaceId }, {}, { id, name, updatedAt }));
  // Made once: what is open in it stays open.
  const [meaning, built] = [
    query === undefined
      ? faint('Segment does not show it.')
      : [definition(query, level, textOf(data.explanation)), button('Edit it here', edit)],
    tree(spaceId, { ...audience, query }, isWhole),
  ];
  const view: View = {
    title: named(textOf(name)),
    draw: () => [
      tool !== '' && tool !== 'get_audience' && h('p.box', `Done: ${spaced(tool)}.`),
      h('p.lead', stateOf(audience), level && ` · ${visible(level)}`),
      description && h('p.text', { dir: 'auto' }, visibleLines(description)),
      facts([
        ['Size', sizeInWords(audience.size)],
        ['Cadence', cadenceInWords(fieldsOf(audience.computeCadence).type)],
        ['Changed', dayInWords(updatedAt)],
        ['Key', h('bdi.key', visible(textOf(key) ?? '–'))],
        ['Id', h('bdi.key', visible(id))],
      ]),
      section('Definition', meaning),
      section('Who builds on whom', built),
      data.destinations !== undefined && destinations(rowsOf(data.destinations)),
      schedules(rowsOf(data.schedules)),
      !isWhole && button('Show destinations and schedule', () => goToAudience(spaceId, id, view)),
      notes(data),
    ],
  };
  return view;
}

function destinations(rows: readonly Fields[]): Child {
  const card = ({ name, product, connectionId, enabled, activations }: Fields): Child => [
    h('b', named(textOf(name || product || connectionId))),
    typeof enabled === 'boolean' && chip(enabled ? 'Enabled' : 'Disabled'),
    product !== name && h('small', named(textOf(product), '')),
    h(
      'small',
      rowsOf(activations).map((sent, at) => [
        at > 0 && ', ',
        named(textOf(sent.name || sent.type), 'Activation'),
        sent.enabled === false && ' (disabled)',
      ]),
    ),
  ];
  const cards = rows.length === 0 ? faint('None.') : list('ul.cards', rows.map(card));
  return section('Destinations', cards);
}

function schedules(rows: readonly Fields[]): Child {
  const card = ({ strategy, config, nextExecution }: Fields): Child => [
    h('b', spaced(textOf(strategy) ?? 'Schedule')),
    h(
      'small',
      entriesOf(config)
        .map(([field, value]) => `${spaced(field)}: ${visible(JSON.stringify(value))}`)
        .join(' · '),
    ),
    nextExecution !== undefined && h('small', `Next: ${dayInWords(nextExecution)}`),
  ];
  return rows.length > 0 && section('Schedule', list('ul.cards', rows.map(card)));
}
