import type { Audiences } from './audiences.ts';
import type { Ids } from './ids.ts';

/** What is sent to a destination, and when (model `ActivationOutput`). */
export interface PlantedActivation {
  name: string;
  /** Such as `Audience Entered`. */
  type: string;
  /** True if absent. */
  enabled?: boolean;
}

/** A destination of a space that audiences are sent to. */
export interface PlantedDestination {
  /** Segment omits it for some. */
  name?: string;
  /** Its entry in Segment's catalog. */
  metadata?: { id: string; slug: string; name: string };
  /** True if absent. */
  enabled?: boolean;
  /** Whether the token may see it: if not, it is only counted. True if absent. */
  readable?: boolean;
  /** The audiences connected to it, by key, each with its activations. */
  audiences: readonly { audience: string; activations?: readonly PlantedActivation[] }[];
}

/** One destination connected to an audience (model `SimpleDestination`). */
interface Connection {
  id: string;
  audienceId: string;
  destinationId: string;
  destination: PlantedDestination;
  activations: readonly (PlantedActivation & { id: string })[];
}

/** Where the audiences of one space are sent. */
export class Destinations {
  readonly #connections: readonly Connection[];
  readonly #sourceId: string;
  readonly #connectedAt: string;

  /** @param startedAt milliseconds since the epoch. */
  constructor(
    planted: readonly PlantedDestination[],
    { audiences, ids, startedAt }: { audiences: Audiences; ids: Ids; startedAt: number },
  ) {
    const idsByKey = new Map(audiences.headers().map(({ key, id }) => [key, id]));
    this.#sourceId = ids.next('src_');
    this.#connectedAt = new Date(startedAt).toISOString();
    this.#connections = planted.flatMap((destination) => {
      const destinationId = ids.next('dst_');
      return destination.audiences.flatMap(({ audience, activations = [] }) => {
        const audienceId = idsByKey.get(audience);
        if (audienceId === undefined) return [];
        const activated = activations.map((each) => ({ ...each, id: ids.next('act_') }));
        const id = ids.next('ii_');
        return [{ id, audienceId, destinationId, destination, activations: activated }];
      });
    });
  }

  /** The connections of an audience that the token may see, and how many there are. */
  connections(audienceId: string): { readable: object[]; total: number } {
    const all = this.#of(audienceId);
    const readable = all.filter(({ destination }) => destination.readable ?? true);
    return { readable: readable.map((each) => this.#show(each)), total: all.length };
  }

  /** The activations of an audience, including those of hidden connections. */
  activations(audienceId: string) {
    return this.#of(audienceId).flatMap(({ id: connectionId, activations }) =>
      activations.map((activation) => ({ ...activation, connectionId })),
    );
  }

  #of(audienceId: string): Connection[] {
    return this.#connections.filter((connection) => connection.audienceId === audienceId);
  }

  #show({ id, destinationId, destination }: Connection): object {
    const { name, metadata, enabled = true } = destination;
    return {
      id,
      destinationId,
      name,
      metadata,
      enabled,
      sourceId: this.#sourceId,
      createdAt: this.#connectedAt,
      updatedAt: this.#connectedAt,
      // The reference does not state whether Segment masks secrets, so a client must not show this.
      settings: { apiKey: `secret-of-${destinationId}` },
      idSyncConfiguration: [{ externalId: 'email', strategy: 'last' }],
    };
  }
}
