import * as z from 'zod';
import type { Diagnostic, Level } from '../query/index.ts';
import { InvalidQueryError } from '../segment/errors.ts';
import type { Audience } from '../segment/models/audience.ts';
import { fitted, shortenedText } from '../text/shorten.ts';
import { visible } from '../text/visible.ts';

/*
 * How the tools use the query language. It is imported when first needed, so that start-up does not
 * wait for it.
 */

/** What happens to a definition that the check rules out: refused, sent with a warning, not checked. */
export const queryCheckModes = ['error', 'warn', 'off'] as const;
export type QueryCheckMode = (typeof queryCheckModes)[number];

/** Maximum length of the JSON of a refusal's diagnostics, which appear once in words and once as data. */
const maxErrorChars = 45_000;
/** Maximum length of the JSON of advice on one place; a result may have twenty in addition to an audience. */
const maxAdviceChars = 500;

const language = () => import('../query/index.ts');

/** What a definition is for: who is in an audience, or the value of a computed trait. */
type Purpose = 'audience' | 'trait';

const levelsFor: Readonly<Record<Purpose, readonly Level[]>> = {
  audience: ['users', 'accounts', 'linked'],
  trait: ['users', 'accounts'],
};

/** How Segment computes a definition, as results show it. */
export const cadenceSchema = () =>
  z
    .object({ type: z.enum(['REALTIME', 'BATCH']), reasons: z.array(z.string()) })
    .optional()
    .describe('How Segment will compute it, and why in batches');

/** What a definition means, as results show it. */
export const meaningOutputs = () => ({
  explanation: z.string().optional().describe('The definition in plain English'),
  computeCadence: cadenceSchema(),
});

/** What a definition means, as far as it can be read. @param maxChars of the explanation's JSON. */
export async function meaningOf(query: string, type: Level, maxChars: number) {
  const { explanation, computeCadence } = (await language()).meaningOf(query, type);
  return {
    explanation: explanation && shortenedText(visible(explanation), maxChars),
    computeCadence,
  };
}

/**
 * Checks a definition before it is sent.
 *
 * @returns advice on it.
 * @throws {InvalidQueryError} in mode `error`, for a definition that the reference rules out.
 */
export async function checkBeforeSending(
  query: string,
  type: Level,
  mode: QueryCheckMode,
  purpose: Purpose = 'audience',
): Promise<string[]> {
  if (mode === 'off') return [];
  const { check, render } = await language();
  const { valid, diagnostics } = check(query, { type, purpose });
  if (valid === false && mode === 'error') {
    const errors = diagnostics.filter(({ severity }) => severity === 'error');
    const rendered = errors.map((diagnostic) => render(query, shown(diagnostic))).join('\n');
    const details = fitted({ diagnostics }, maxErrorChars).diagnostics;
    throw new InvalidQueryError(shortenedText(rendered, maxErrorChars), details);
  }
  return diagnostics.filter(({ severity }) => severity !== 'hint').map(adviceOf);
}

/** A diagnostic made fit to be shown: its words contain pieces of the definition. */
export function shown(diagnostic: Diagnostic): Diagnostic {
  const { message, help } = diagnostic;
  return { ...diagnostic, message: visible(message), help: help && visible(help) };
}

function adviceOf({ severity, message, help, line, column }: Diagnostic): string {
  const start = severity === 'error' ? 'The check would refuse this query' : 'About the query';
  const text = `${start}, line ${line}, column ${column}: ${message}${help ? ` ${help}` : ''}`;
  return shortenedText(visible(text), maxAdviceChars);
}

/**
 * Refuses a definition that no level would accept, which needs no request.
 *
 * @throws {InvalidQueryError} in mode `error`, with what is wrong at the level it fits best.
 */
export async function checkAtAnyLevel(
  query: string,
  mode: QueryCheckMode,
  purpose: Purpose = 'audience',
): Promise<void> {
  if (mode !== 'error') return;
  const { checkErrors } = await language();
  const levels = levelsFor[purpose];
  const mistakes = levels.map((type) => {
    const { diagnostics } = checkErrors(query, { type, purpose });
    return diagnostics.filter(({ severity }) => severity === 'error').length;
  });
  const fewest = Math.min(...mistakes);
  const best = levels[mistakes.indexOf(fewest)];
  if (fewest > 0 && best) await checkBeforeSending(query, best, mode, purpose);
}

/**
 * A warning about an edit: Segment can't turn an audience that it computes in real time into one
 * that it computes in batches, nor the reverse.
 */
export async function adviceOnCadence(
  audience: Audience,
  newQuery: string,
  type: Level,
  mode: QueryCheckMode,
): Promise<string[]> {
  const before = audience.definition?.query;
  if (mode === 'off' || !before) return [];
  const { checkErrors, computeCadence } = await language();
  const old = checkErrors(before, { type, purpose: 'audience' });
  const next = checkErrors(newQuery, { type, purpose: 'audience' });
  if (!old.valid || !next.valid) return [];
  const [was, becomes] = [computeCadence(old.tree, type), computeCadence(next.tree, type)];
  if (was.type === becomes.type) return [];
  const reasons = [...was.reasons, ...becomes.reasons].join('; ');
  return [
    `This edit turns a ${was.type} audience into a ${becomes.type} one (${reasons}). Segment refuses that: create a new audience instead.`,
  ];
}
