import { applyFixes, type Level } from '../../query/index.ts';
import { readSource, type Source, withFixes } from './source.ts';

/** A text with the fixes of its definition applied. */
export interface FixedSource {
  source: Source;
  /** How many fixes were applied. */
  fixes: number;
}

/** Applies the fixes of a definition; what is written behind it as a comment stays in any case. */
export function fixSource(source: Source, type: Level): FixedSource {
  const { text, rounds } = applyFixes(
    source.definition,
    { type },
    ({ code }) => code !== 'comment',
  );
  const fixes = rounds.flat().length;
  return { source: fixes > 0 ? readSource(withFixes(source, text, rounds)) : source, fixes };
}
