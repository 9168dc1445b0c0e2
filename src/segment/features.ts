import type { Clock } from '../clock.ts';
import { type Input, type OperationName, spaceIn } from './contract.ts';
import type { Look, Row } from './editions/row.ts';
import { CancelledError, isSegmentsWord, type RefusedError, UnsupportedError } from './errors.ts';

/** How long a missing feature is remembered, milliseconds: it may be enabled meanwhile. */
const maxMissingAgeMs = 5 * 60_000;

/**
 * The refusals that may mean that a feature is missing; Segment does not document which one it
 * uses.
 */
const codesOfLack = ['unauthorized', 'forbidden', 'not_found'];

/**
 * What a workspace, or its token, has of Segment's product beyond audiences, as far as responses
 * show. A token may reach different things in different spaces.
 */
export class Features {
  readonly #clock: Pick<Clock, 'monotonic'>;
  /** The features that were found. */
  readonly #present = new Set<string>();
  /** By operation and space, the time until which it counts as missing. */
  readonly #missing = new Map<string, number>();

  constructor(clock: Pick<Clock, 'monotonic'>) {
    this.#clock = clock;
  }

  /** @throws {UnsupportedError} if what an operation needs was recently found missing. */
  assertNotMissing<Name extends OperationName>(
    name: Name,
    { feature }: Row<Name>,
    input: Input<Name>,
  ): void {
    if (!feature) return;
    const until = this.#missing.get(keyOf(name, input)) ?? Number.NEGATIVE_INFINITY;
    if (this.#clock.monotonic() < until) throw lacking(name, feature);
  }

  /** Records a success. */
  found<Name extends OperationName>(name: Name, { feature }: Row<Name>, input: Input<Name>): void {
    if (!feature) return;
    this.#present.add(keyOf(feature.name, input));
    this.#missing.delete(keyOf(name, input));
  }

  /**
   * The error of a request that was refused because the workspace, or its token, lacks what it
   * needs; undefined if the refusal means something else, or that is unknown.
   *
   * Only requests for a plain list of the space are remembered: others may be refused because of
   * their subject.
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
      // The refusal stands, whatever the outcome of the check.
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
  return new UnsupportedError(
    `${name}: this workspace, or its token, has no access to ${feature}`,
    {
      next: `Continue without it. Tell the user that the feature ${feature} must be enabled in Segment, and that the token must be allowed to use it.`,
      status: refusal?.facts.status,
      details: refusal?.facts.details,
    },
  );
}
