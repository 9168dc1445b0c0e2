import type { Clock } from '../clock.ts';
import { type Input, type OperationName, spaceIn } from './contract.ts';
import type { Look, Row } from './editions/row.ts';
import { CancelledError, isSegmentsWord, type RefusedError, UnsupportedError } from './errors.ts';

/** How long it is remembered that something is missing, milliseconds: it may be enabled meanwhile. */
const maxMissingAgeMs = 5 * 60_000;

/** The refusals that may mean that a feature is missing; Segment does not state which one it uses. */
const codesOfLack = ['unauthorized', 'forbidden', 'not_found'];

/**
 * What a workspace, or its token, has of Segment's product beyond audiences, as far as responses show it.
 * A token need not reach the same in every space.
 */
export class Features {
  readonly #clock: Pick<Clock, 'monotonic'>;
  /** The features that were found to be there. */
  readonly #present = new Set<string>();
  /** By operation and space, until when it counts as missing. */
  readonly #missing = new Map<string, number>();

  constructor(clock: Pick<Clock, 'monotonic'>) {
    this.#clock = clock;
  }

  /** @throws {UnsupportedError} if what an operation needs was found missing a short time ago. */
  assertNotMissing<Name extends OperationName>(
    name: Name,
    { feature }: Row<Name>,
    input: Input<Name>,
  ): void {
    if (!feature) return;
    const until = this.#missing.get(keyOf(name, input)) ?? Number.NEGATIVE_INFINITY;
    if (this.#clock.monotonic() < until) throw lacking(name, feature);
  }

  /** Takes note of a success. */
  found<Name extends OperationName>(name: Name, { feature }: Row<Name>, input: Input<Name>): void {
    if (!feature) return;
    this.#present.add(keyOf(feature.name, input));
    this.#missing.delete(keyOf(name, input));
  }

  /**
   * The error of a request that was refused because the workspace, or its token, lacks what it needs;
   * undefined if the refusal means something else, or that can't be told.
   *
   * Only what asks for nothing but a list of the space is remembered: others may be refused for what
   * they are about.
   */
  async lackShownBy<Name extends OperationName>(
    name: Name,
    row: Row<Name>,
    input: Input<Name>,
    { refusal, look }: { refusal: RefusedError; look: Look },
  ): Promise<UnsupportedError | undefined> {
    const { feature } = row;
    if (!feature || this.#present.has(keyOf(feature.name, input))) return undefined;
    if (!codesOfLack.includes(refusal.code) || !isSegmentsWord(refusal)) return undefined;
    try {
      if (!(await feature.isMissing(input, look, refusal))) return undefined;
    } catch (error) {
      // The refusal is there, whatever becomes of the look.
      if (error instanceof CancelledError) return undefined;
      throw error;
    }
    const namesMore = row.path.replace('{spaceId}', '').includes('{');
    if (row.method === 'GET' && !namesMore) {
      this.#missing.set(keyOf(name, input), this.#clock.monotonic() + maxMissingAgeMs);
    }
    return lacking(name, feature, refusal);
  }
}

function keyOf(word: string, input: Input<OperationName>): string {
  return JSON.stringify([word, spaceIn(input)]);
}

function lacking(
  name: string,
  { name: feature }: { name: string },
  refusal?: RefusedError,
): UnsupportedError {
  return new UnsupportedError(`${name}: this workspace, or its token, has no ${feature}`, {
    next: `Continue without it. Tell the user that ${feature} must be enabled in Segment, and that the token must be allowed to use it.`,
    status: refusal?.facts.status,
    details: refusal?.facts.details,
  });
}
