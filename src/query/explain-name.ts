import type { Literal } from './ast.ts';
import { listWith, type Wording } from './phrases.ts';
import { stepsOf, withPlainDots } from './strings.ts';
import { plainText } from './values.ts';

/*
 * What the definition's own words are in an explanation.
 */

/** A name whose dots walk into objects; where one is a part of a name instead, that is said. */
export function pathName(path: string, wording: Wording): string {
  const shown = wording.name(withPlainDots(path));
  const steps = stepsOf(path);
  const dotted = steps.filter((step) => step.includes('.'));
  if (dotted.length === 0) return shown;
  if (steps.length === 1) return `${shown} (one name, not a path)`;
  const names = dotted.map((step) => wording.name(withPlainDots(step)));
  const are = names.length > 1 ? 'are single names' : 'is a single name';
  return `${shown} (in which ${listWith('and', names)} ${are})`;
}

/** A fixed value; a string is quoted. */
export function explainLiteral(literal: Literal, wording: Wording): string {
  return literal.type === 'string' ? wording.text(plainText(literal)) : literal.text;
}
