import { type Cadence, checkErrors, computeCadence } from '../query/index.ts';
import type { Problem } from './answers.ts';
import type { Definition } from './audiences.ts';
import { type Computation, type FindByKey, reaches } from './people.ts';

const field = 'definition.query';

/** What is wrong with the text of a definition, one entry for each mistake. */
function checkQuery({ query, level: type, purpose }: Computation): Problem[] {
  const { diagnostics } = checkErrors(query, { type, purpose });
  return diagnostics
    .filter(({ severity }) => severity === 'error')
    .map(({ message, line, column }) =>
      problem(`"${field}" is not valid at line ${line}, column ${column}: ${message}`),
    );
}

/** An audience that is about to be created, or whose definition is about to be replaced. */
interface Present {
  key: string;
  /** Absent for one that is about to be created. */
  definition?: Definition;
}

/**
 * What Segment does not let a definition do in an audience: change how it is computed, or use the
 * audience itself.
 */
export function checkDefinition(
  { key, definition: before }: Present,
  next: Definition,
  findByKey: FindByKey,
): Problem[] {
  const computation: Computation = { ...next, purpose: 'audience' };
  const problems = checkQuery(computation);
  if (problems.length > 0) return problems;
  return [...checkCadence(before, next), ...checkCycle(key, computation, findByKey)];
}

/** What Segment does not let a definition do in a computed trait: use the trait itself. */
export function checkTraitDefinition(
  key: string,
  { query, level }: Definition,
  findByKey: FindByKey,
): Problem[] {
  const computation: Computation = { query, level, purpose: 'trait' };
  const problems = checkQuery(computation);
  return problems.length > 0 ? problems : checkCycle(key, computation, findByKey);
}

function checkCadence(before: Definition | undefined, next: Definition): Problem[] {
  const [was, becomes] = [before && cadenceOf(before), cadenceOf(next)];
  if (was === undefined || becomes === undefined || was === becomes) return [];
  return [problem(`"${field}" would change the audience from ${was} to ${becomes}`)];
}

function checkCycle(key: string, computation: Computation, findByKey: FindByKey): Problem[] {
  return reaches(computation, key, findByKey) ? [problem(`"${field}" would create a cycle`)] : [];
}

/** How a definition is computed; undefined if it can't be read here. */
export function cadenceOf({ query, level: type }: Definition): Cadence['type'] | undefined {
  const { tree, checked } = checkErrors(query, { type, purpose: 'audience' });
  return checked ? computeCadence(tree, type).type : undefined;
}

function problem(message: string): Problem {
  return { type: 'input-validation', message, field };
}
