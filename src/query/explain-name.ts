import type { Literal } from './ast.ts';
import { listWith, type Wording } from './phrases.ts';
import { stepsOf, withPlainDots } from './strings.ts';
import { plainText } from './values.ts';

/*
 * How names and values from the definition appear in an explanation.
 */

/** A name whose dots lead into nested objects; a dot that is part of a name is pointed out. */
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
