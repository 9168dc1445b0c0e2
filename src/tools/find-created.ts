import { readWholeSpace } from '../safety/whole-space.ts';
import type { Audience, CreateAudienceInput } from '../segment/entities.ts';
import { AudiencesError, OutcomeUnknownError } from '../segment/errors.ts';
import type { ToolContext } from './tool.ts';

/** By so much the clocks of Segment and of this machine may differ. */
const clockToleranceMs = 60_000;

/** A create whose answer was lost. */
interface LostCreate {
  spaceId: string;
  input: CreateAudienceInput;
  /** When it was sent, milliseconds since the epoch. */
  sentAt: number;
  /** The ids that were there before. */
  known: ReadonlySet<string>;
  error: OutcomeUnknownError;
}

/**
 * Looks whether a create arrived whose answer was lost: for an audience of its name and definition
 * that was not there before.
 *
 * @throws {OutcomeUnknownError} that says what was found, if it is not there or can't be looked for.
 */
export async function findCreated(lost: LostCreate, { api, call }: ToolContext): Promise<Audience> {
  let found: Audience | undefined;
  try {
    const { audiences } = await readWholeSpace(api, lost.spaceId, call);
    found = audiences.find((audience) => isIt(audience, lost));
  } catch (error) {
    if (!(error instanceof AudiencesError)) throw error;
    throw stillUnknown(lost.error, `It could not be looked for: ${error.message}`);
  }
  if (found) return found;
  throw stillUnknown(
    lost.error,
    'It was looked for, and no audience of this name and definition has been added so far.',
  );
}

function isIt(audience: Audience, { input, sentAt, known }: LostCreate): boolean {
  const { name, definition, createdAt, id } = audience;
  const { query, type } = input.definition;
  if (name !== input.name || definition?.query !== query) return false;
  if (definition.type !== undefined && definition.type.toLowerCase() !== type) return false;
  // An audience beyond those that were looked at before may be an old one.
  const created = Date.parse(createdAt ?? '');
  return !known.has(id) && !(created < sentAt - clockToleranceMs);
}

function stillUnknown({ message, facts, cause }: OutcomeUnknownError, finding: string) {
  const next =
    'Do not repeat it yet. Wait a minute, look with list_audiences whether an audience of this name is there, and create it again only if it is not.';
  return new OutcomeUnknownError(`${message} ${finding}`, { ...facts, next }, { cause });
}
