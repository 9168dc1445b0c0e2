import type { Expression } from './ast.ts';
import { comparisonIn } from './chains.ts';
import type { Level } from './check-options.ts';
import { explainCondition, explainValue } from './explain-condition.ts';
import { ofAccount, ofProfile } from './explain-voice.ts';
import { firstCharacter } from './explanation-marks.ts';
import { markdown } from './phrases.ts';

/**
 * Explains a definition in plain English to a person who has to agree to it. Every condition
 * becomes a clause about someone ("who did X", "whose y is z"), and clauses are joined as in the
 * definition.
 *
 * @param wording how names and strings are written; by default, names are in Markdown bold (`**`).
 * @returns one sentence.
 */
export function explain(tree: Expression, type: Level, wording = markdown): string {
  const voice = { ...(type === 'accounts' ? ofAccount : ofProfile), wording };
  const noun = type === 'accounts' ? 'Accounts' : 'Users';
  if (tree.kind === 'chain' && !comparisonIn(tree)) return `${capital(explainValue(tree, voice))}.`;
  return `${noun} ${explainCondition(tree, voice)}.`;
}

function capital(text: string): string {
  return text.replace(firstCharacter, (first) => first.toUpperCase());
}
