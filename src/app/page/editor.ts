import type * as Language from '../language/entry.ts';
import { code } from './code.ts';
import { type Child, fill, h } from './dom.ts';
import { excerptOf } from './excerpt.ts';
import { explanation } from './explanation.ts';
import { go } from './go.ts';
import { loadLanguage } from './language.ts';
import { button, faint, named } from './parts.ts';
import { previewOf } from './preview.ts';
import { type Fields, textOf } from './read.ts';
import { say, type View } from './screen.ts';
import { report } from './server.ts';
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
type Parts = NonNullable<Language.Description['parts']>;

/** The audience that has the definition; a definition may belong to none. */
interface Owner {
  id: string;
  name: unknown;
  updatedAt: unknown;
}

export function editorView(args: Fields, previewed: Fields, owner?: Owner): View {
  const { spaceId, type } = args;
  const level = textOf(type)?.toLowerCase();
  const sheet = h('pre.sheet', { ariaHidden: 'true' });
  const verdict = h('div', { id: 'verdict' });
  const result = h('p.empty', { role: 'status' });
  let language: typeof Language | undefined;
  let timer = 0;

  const field = h('textarea', {
    id: 'query',
    ariaLabel: 'Definition',
    spellcheck: false,
    autocapitalize: 'off',
    dir: 'ltr',
    oninput: () => {
      paint([], []);
      clearTimeout(timer);
      timer = setTimeout(check, pauseMs);
    },
  });
  field.setAttribute('aria-describedby', 'verdict');
  field.value = textOf(args.query) ?? '';

  const paint = (diagnostics: readonly Diagnostic[], parts: Parts) => {
    const marks = diagnostics.map(({ start, end, severity }) => ({
      start,
      end: Math.max(end, start + 1),
      class: `mark ${severity}`,
    }));
    const ranges = parts.flatMap(({ range }) => range ?? []);
    const pieces = language?.pieces(field.value) ?? [];
    const { nodes, light } = code(field.value, pieces, marks, ranges, true);
    // An empty last line has no height.
    fill(sheet, nodes, '\n');
    return light;
  };

  const check = () => {
    if (!language) return;
    const text = field.value;
    const found = language.describe(text, language.levelFrom(level));
    const { diagnostics, parts = [], valid } = found;
    const light = paint(diagnostics, parts);
    field.ariaInvalid = `${valid === false}`;
    const isEmpty = text.trim() === '';
    fill(
      verdict,
      isEmpty ? faint('Write a definition.') : verdictOf(text, found, repair),
      valid && !isEmpty && explanation(parts, light),
    );
    for (const each of buttons) each.ariaDisabled = `${!valid}`;
  };

  const repair = ({ fix }: Diagnostic) => {
    if (!fix) return;
    field.setRangeText(fix.text, fix.start, fix.end, 'end');
    check();
    field.focus();
    say(`Fixed. ${verdict.querySelector('.verdict')?.textContent ?? ''}`);
  };

  const size = previewOf(previewed, () => ({ ...args, query: field.value, previewId: undefined }));
  const use = async () => {
    const isTold = await report(`In the app, the user settled on this definition:\n${field.value}`);
    fill(
      result,
      isTold
        ? 'The assistant knows this definition now.'
        : 'This host passes nothing on to the assistant: copy the definition yourself.',
    );
  };
  const keep = () =>
    go('update_audience_for_space', {
      spaceId,
      id: owner?.id,
      query: field.value,
      expectedUpdatedAt: owner?.updatedAt,
    });
  const save = owner ? [button('Save …', keep, { id: 'save' })] : [];
  const buttons = [size.button, ...save];

  paint([], []);
  loadLanguage().then(
    (loaded) => {
      language = loaded;
      check();
    },
    () => fill(verdict, h('p', 'This browser can’t check definitions; the server will.')),
  );
  return {
    title: owner ? ['Definition of ', named(textOf(owner.name))] : 'Query editor',
    draw: () => [
      h('div.editor', sheet, field),
      verdict,
      size.node,
      h('p.answer', save, button('Share with the assistant', use, { id: 'use' })),
      result,
    ],
  };
}

function verdictOf(
  text: string,
  { valid, diagnostics, cadence, conditions }: Language.Description,
  repair: (diagnostic: Diagnostic) => void,
): Child {
  const errors = diagnostics.filter(({ severity }) => severity === 'error').length;
  const checked = valid ? 'Valid' : `${errors} to fix`;
  const words = valid === undefined ? 'Too long to check' : checked;
  const reasons = cadence?.reasons.length ? ` (${cadence.reasons.join('; ')})` : '';
  const type = cadence?.type === 'REALTIME' ? 'in real time' : 'in batches';
  const computed = cadence ? `, computed ${type}${reasons}` : '';
  const problems = diagnostics.map((each) => problemOf(text, each, () => repair(each)));
  return [
    h(
      `p.verdict.${valid ? 'good' : 'bad'}`,
      h('b', words),
      h('small', ` ${conditions} of ${maxConditions} conditions${computed}`),
    ),
    h('ul.problems', problems),
  ];
}

function problemOf(text: string, diagnostic: Diagnostic, repair: () => void): HTMLElement {
  const { severity, message, help, fix, code: name, start } = diagnostic;
  const label = fix?.text === '' ? 'Remove it' : `Replace it with ${visible(fix?.text ?? '')}`;
  return h(
    `li.${severity}`,
    h('p', h('b', spaced(severity)), ': ', h('bdi', visible(message))),
    h('pre.excerpt', { dir: 'ltr', ariaHidden: 'true' }, excerptOf(text, diagnostic)),
    help !== undefined && h('p', visible(help)),
    fix && button(label, repair, { id: `fix-${name}-${start}` }),
  );
}
