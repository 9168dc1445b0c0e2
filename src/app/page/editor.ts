import type * as Language from '../language/entry.ts';
import type { App, View } from './app.ts';
import { code } from './code.ts';
import { button, type Child, faint, fill, h, named } from './dom.ts';
import { excerptOf } from './excerpt.ts';
import { explanation } from './explanation.ts';
import { loadLanguage } from './language.ts';
import { previewOf } from './preview.ts';
import { type Fields, textOf } from './read.ts';
import { spaced, visible } from './words.ts';

/*
 * A definition to write. It is checked here at every key; the server is called for a preview, and to
 * save it.
 */

/** Shorter than between two keys: the colors follow at once, the rest may wait for the next key. */
const pauseMs = 60;
/** Segment's limit. */
const maxConditions = 50;

type Diagnostic = Language.Description['diagnostics'][number];

/** The audience that has the definition; a definition may belong to none. */
interface Owner {
  id: string;
  name: unknown;
  updatedAt: unknown;
}

export function editorView(app: App, args: Fields, previewed: Fields, owner?: Owner): View {
  const level = textOf(args.type)?.toLowerCase();
  const sheet = h('pre', { class: 'sheet', 'aria-hidden': true });
  const verdict = h('div', { id: 'verdict' });
  const result = h('p', { class: 'empty', role: 'status' });
  let language: typeof Language | undefined;
  let timer = 0;

  const field = h('textarea', {
    id: 'query',
    'aria-label': 'Definition',
    'aria-describedby': 'verdict',
    spellcheck: 'false',
    autocapitalize: 'off',
    dir: 'ltr',
    oninput: () => {
      paint([], []);
      clearTimeout(timer);
      timer = setTimeout(check, pauseMs);
    },
  });
  field.value = textOf(args.query) ?? '';

  /** Colors what is under the field. */
  const paint = (
    diagnostics: readonly Diagnostic[],
    parts: readonly Language.ExplanationPart[],
  ) => {
    const marks = diagnostics.map(({ start, end, severity }) => {
      return { start, end: Math.max(end, start + 1), class: `mark ${severity}` };
    });
    const ranges = parts.flatMap(({ range }) => range ?? []);
    const painted = code(field.value, language?.pieces(field.value) ?? [], marks, ranges, true);
    // An empty last line has no height.
    fill(sheet, painted.nodes, '\n');
    return painted;
  };

  const check = () => {
    if (!language) return;
    const found = language.describe(field.value, language.levelFrom(level));
    const { diagnostics, parts = [], valid } = found;
    const { light } = paint(diagnostics, parts);
    field.setAttribute('aria-invalid', String(valid === false));
    const isEmpty = field.value.trim() === '';
    fill(
      verdict,
      isEmpty ? faint('Write a definition.') : verdictOf(field.value, found, repair),
      valid && !isEmpty && explanation(parts, light),
    );
    for (const each of [size.button, save]) each?.setAttribute('aria-disabled', String(!valid));
  };

  const repair = ({ fix }: Diagnostic) => {
    if (!fix) return;
    field.setRangeText(fix.text, fix.start, fix.end, 'end');
    check();
    field.focus();
    app.say(`Fixed. ${verdict.querySelector('.verdict')?.textContent ?? ''}`);
  };

  const wanted = () => ({ ...args, query: field.value, previewId: undefined });
  const size = previewOf(app, previewed, wanted);
  const use = () => {
    app.report(`In the app, the user settled on this definition:\n${field.value}`);
    fill(result, 'The assistant knows this definition now.');
  };
  const keep = async () => {
    if (!owner || save?.getAttribute('aria-disabled') === 'true') return;
    const { id, updatedAt } = owner;
    const { spaceId } = args;
    const change = { spaceId, id, query: field.value, expectedUpdatedAt: updatedAt };
    await app.go('update_audience_for_space', change);
  };
  const save = owner && button('Save …', keep, { id: 'save' });

  paint([], []);
  loadLanguage().then(
    (loaded) => {
      language = loaded;
      check();
    },
    () => fill(verdict, h('p', {}, 'This browser can’t check definitions; the server will.')),
  );
  return {
    title: owner ? ['Definition of ', named(textOf(owner.name))] : 'Query editor',
    draw: () => [
      h('div', { class: 'editor' }, sheet, field),
      verdict,
      size.node,
      h('p', { class: 'answer' }, save, button('Share with the assistant', use, { id: 'use' })),
      result,
    ],
  };
}

function verdictOf(
  text: string,
  found: Language.Description,
  repair: (diagnostic: Diagnostic) => void,
): Child {
  const { valid, diagnostics, cadence, conditions } = found;
  const errors = diagnostics.filter(({ severity }) => severity === 'error').length;
  const words = { true: 'Valid', false: `${errors} to fix` }[String(valid)] ?? 'Too long to check';
  const reasons = cadence?.reasons.length ? ` (${cadence.reasons.join('; ')})` : '';
  const type = cadence?.type === 'REALTIME' ? 'in real time' : 'in batches';
  const computed = cadence ? `, computed ${type}${reasons}` : '';
  return [
    h(
      'p',
      { class: `verdict ${valid ? 'good' : 'bad'}` },
      h('b', {}, words),
      h('small', {}, ` ${conditions} of ${maxConditions} conditions${computed}`),
    ),
    h(
      'ul',
      { class: 'problems' },
      diagnostics.map((each) => problemOf(text, each, repair)),
    ),
  ];
}

function problemOf(
  text: string,
  diagnostic: Diagnostic,
  repair: (diagnostic: Diagnostic) => void,
): HTMLElement {
  const { severity, message, help, fix, code: name, start } = diagnostic;
  const label = fix?.text === '' ? 'Remove it' : `Replace it by ${visible(fix?.text ?? '')}`;
  return h(
    'li',
    { class: severity },
    h('p', {}, h('b', {}, spaced(severity)), ': ', h('bdi', {}, visible(message))),
    h('pre', { class: 'excerpt', dir: 'ltr', 'aria-hidden': true }, excerptOf(text, diagnostic)),
    help !== undefined && h('p', {}, visible(help)),
    fix && button(label, () => repair(diagnostic), { id: `fix-${name}-${start}` }),
  );
}
