import { noAudience, notFound, Refusal } from './answers.ts';
import type { Audience } from './audiences.ts';
import { type Reader, read } from './fields.ts';
import type { Media } from './media.ts';
import type { SpaceState } from './space-state.ts';
import type { World } from './world.ts';

/** One operation of an edition, as Segment's reference states it. */
export interface Operation {
  method: string;
  /** Such as `/spaces/{spaceId}/audiences/{id}`. */
  path: string;
  /**
   * Requests per minute, token and sender address, whatever the media type. Absent if the reference
   * states none.
   */
  perMinute?: number;
  /** The editions that have it, the most stable first. */
  media: readonly Media[];
  handle: Handler;
}

/**
 * Handles a request.
 *
 * @returns the `data` of the response. @throws {Refusal} with any other response.
 */
export type Handler = (request: OperationRequest) => object;

/** A request that has reached its operation. */
export class OperationRequest {
  readonly media: Media;
  readonly world: World;
  readonly #params: Readonly<Record<string, string>>;
  readonly #query: Readonly<Record<string, string>>;
  readonly #body: unknown;

  constructor(request: {
    media: Media;
    params: Readonly<Record<string, string>>;
    /** By name, dotted. */
    query: Readonly<Record<string, string>>;
    body: unknown;
    world: World;
  }) {
    this.media = request.media;
    this.#params = request.params;
    this.#query = request.query;
    this.#body = request.body;
    this.world = request.world;
  }

  /** The values of the path's `{name}` parts. */
  param(name: string): string {
    return this.#params[name] ?? '';
  }

  /** The path's space. @throws {Refusal} 404. */
  space(): SpaceState {
    const id = this.param('spaceId');
    const found = this.world.space(id);
    if (!found) throw notFound(`There is no space ${id}`);
    return found;
  }

  /** The path's audience. @throws {Refusal} 404. */
  audience(): Audience {
    const id = this.param('id');
    const found = this.space().audiences.get(id);
    if (!found) throw noAudience(id);
    return found;
  }

  /** Reads the query string, whose dotted names are separate fields. @throws {Refusal} 422. */
  query<Value>(reader: Reader<Value>): Value {
    return unwrap(read(this.#query, reader));
  }

  /** Reads the body. @throws {Refusal} 422. */
  body<Value>(reader: Reader<Value>): Value {
    return unwrap(read(this.#body, reader));
  }
}

function unwrap<Value>(result: ReturnType<typeof read<Value>>): Value {
  if ('problems' in result) throw new Refusal(422, ...result.problems);
  return result.value;
}
