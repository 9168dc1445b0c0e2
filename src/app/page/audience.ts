import { type App, includable, type View } from './app.ts';
import { chip } from './chip.ts';
import { definition } from './definition.ts';
import { button, type Child, facts, faint, h, named, section } from './dom.ts';
import { editorView } from './editor.ts';
import { notes } from './notes.ts';
import { booleanOf, type Fields, fieldsOf, rowsOf, textOf } from './read.ts';
import { cadenceInWords } from './rows.ts';
import { tree } from './tree.ts';
import { countInWords, dayInWords, spaced, visible, visibleLines } from './words.ts';

/** One audience: what it means, how large it is, who builds on it, and where it is sent. */
export function audienceView(app: App, tool: string, args: Fields, data: Fields): View {
  const audience = fieldsOf(data.audience);
  const { query, type: oldType } = fieldsOf(audience.definition);
  const spaceId = audience.spaceId ?? args.spaceId;
  const id = textOf(audience.id) ?? '';
  const level = (textOf(audience.audienceType) ?? textOf(oldType))?.toLowerCase();
  const text = textOf(query);
  const isWhole = [data.schedules, data.destinations, data.usedBy].some(Boolean);
  const more = async () => {
    const wanted = { spaceId, id, include: includable };
    const outcome = await app.call('get_audience', wanted);
    app.replace(view, app.viewOf('get_audience', wanted, outcome));
  };
  const edit = () => {
    const { name, updatedAt } = audience;
    app.open(editorView(app, { query: text, type: level, spaceId }, {}, { id, name, updatedAt }));
  };
  // Made once: what is open in it stays open.
  const [meaning, built] = [
    text !== undefined && definition(text, level, textOf(data.explanation)),
    tree(app, spaceId, { ...audience, query }, isWhole),
  ];
  const view: View = {
    title: named(textOf(audience.name)),
    draw: () => [
      !['', 'get_audience'].includes(tool) && h('p', { class: 'box' }, `Done: ${spaced(tool)}.`),
      h('p', { class: 'lead' }, stateOf(audience), levelOf(level)),
      textOf(audience.description) !== undefined &&
        h('p', { class: 'text', dir: 'auto' }, visibleLines(String(audience.description))),
      facts([
        ['Size', sizeOf(audience, app)],
        ['Cadence', cadenceInWords(fieldsOf(audience.computeCadence).type)],
        ['Changed', dayInWords(audience.updatedAt, app)],
        ['Key', h('bdi', { class: 'key' }, visible(textOf(audience.key) ?? '–'))],
        ['Id', h('bdi', { class: 'key' }, visible(id))],
      ]),
      section(
        'Definition',
        meaning || faint('Segment does not show it.'),
        text !== undefined && button('Edit it here', edit),
      ),
      section('Who builds on whom', built),
      destinationsOf(data),
      schedulesOf(data, app),
      !isWhole && button('Show destinations and schedule', more),
      notes(data),
    ],
  };
  return view;
}

function stateOf({ enabled, status }: Fields): Child {
  return chip(booleanOf(enabled) === false ? 'Disabled' : textOf(status));
}

function levelOf(level: string | undefined): string {
  return level === undefined ? '' : ` · ${visible(level)}`;
}

function sizeOf({ size }: Fields, app: App): string {
  const { count, uniqueCount } = fieldsOf(size);
  const unique = uniqueCount === undefined ? '' : ` (${countInWords(uniqueCount, app)} unique)`;
  return countInWords(count, app) + unique;
}

function destinationsOf({ destinations }: Fields): Child {
  if (destinations === undefined) return undefined;
  const rows = rowsOf(destinations);
  if (rows.length === 0) return section('Destinations', faint('None.'));
  return section(
    'Destinations',
    h(
      'ul',
      { class: 'cards' },
      rows.map(({ name, product, connectionId, enabled, activations }) => {
        const sent = rowsOf(activations);
        const isOn = booleanOf(enabled);
        return h(
          'li',
          {},
          h('b', {}, named(textOf(name) ?? textOf(product) ?? textOf(connectionId))),
          isOn !== undefined && chip(isOn ? 'Enabled' : 'Disabled'),
          textOf(product) !== textOf(name) && h('small', {}, named(textOf(product), '')),
          sent.length > 0 &&
            h(
              'small',
              {},
              sent.map((each, at) => [at > 0 && ', ', activationOf(each)]),
            ),
        );
      }),
    ),
  );
}

function activationOf({ name, type, enabled }: Fields): Child {
  return [named(textOf(name) ?? textOf(type), 'Activation'), enabled === false && ' (disabled)'];
}

function schedulesOf({ schedules }: Fields, app: App): Child {
  const rows = rowsOf(schedules);
  if (rows.length === 0) return undefined;
  return section(
    'Schedule',
    h(
      'ul',
      { class: 'cards' },
      rows.map(({ strategy, config, nextExecution }) =>
        h(
          'li',
          {},
          h('b', {}, spaced(textOf(strategy) ?? 'Schedule')),
          h('small', {}, configOf(fieldsOf(config))),
          nextExecution !== undefined && h('small', {}, `Next: ${dayInWords(nextExecution, app)}`),
        ),
      ),
    ),
  );
}

function configOf(config: Fields): string {
  return Object.entries(config)
    .map(([field, value]) => `${spaced(field)}: ${visible(JSON.stringify(value))}`)
    .join(' · ');
}
