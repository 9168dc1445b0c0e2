import { applyFixes, type Level } from '../../query/index.ts';
import { readSource, type Source, withFixes } from './source.ts';

/** A text with fixes applied to its definition. */
export interface FixedSource {
  source: Source;
  /** How many fixes were applied. */
  fixes: number;
}

/** Applies the fixes of a definition; a comment after it is always kept. */
export function fixSource(source: Source, type: Level): FixedSource {
  const { text, rounds } = applyFixes(
    source.definition,
    { type },
    ({ code }) => code !== 'comment',
  );
  const fixes = rounds.flat().length;
  return { source: fixes > 0 ? readSource(withFixes(source, text, rounds)) : source, fixes };
}
