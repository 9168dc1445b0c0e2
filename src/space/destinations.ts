import { setMaxListeners } from 'node:events';
import type { ReadApi } from '../segment/api.ts';
import { briefly, type CallContext, withSignal } from '../segment/call.ts';
import type { Input } from '../segment/contract.ts';
import { Cursors, firstTime } from '../segment/cursors.ts';
import { AudiencesError } from '../segment/errors.ts';
import type { Activation, Connection } from '../segment/models/destination.ts';
import type { Pagination } from '../segment/models/pagination.ts';

/*
 * Where audiences are sent. Source: Segment's API reference, tag Activations. A connection joins an
 * audience and a destination; what is sent through it, and when, is its activations. What a token
 * cannot see is left out of the connections but counted, and its activations are listed anyway.
 */

/** Rows per request: without a count, Segment does not say how many there are. */
const rowsAtOnce = 200;
/** No audience has more destinations than fit into these. */
const maxPages = 10;
/** How long a question to the user may be delayed for this, milliseconds. */
const maxLookUpMs = 3000;
/** For how many audiences a question to the user looks up the destinations: two requests each. */
export const maxLookedUp = 20;

/** What is sent to a destination, and when. */
export interface ActivationOfAudience {
  id: string;
  name: string | undefined;
  /** Such as `Audience Entered`. */
  type: string | undefined;
  enabled: boolean | undefined;
}

/** One destination that an audience is connected to. */
export interface DestinationOfAudience {
  connectionId: string;
  /** Whether the token can see it; otherwise only its activations are known. */
  isVisible: boolean;
  /** The destination's own id. */
  destinationId: string | undefined;
  name: string | undefined;
  /** The destination's kind, as Segment's catalog calls it. */
  product: string | undefined;
  enabled: boolean | undefined;
  /** Undefined if they could not be read. */
  activations: ActivationOfAudience[] | undefined;
}

/** Where an audience is sent. */
export interface DestinationsOfAudience {
  /** Those that the token can see, then those of which it sees only the activations. */
  destinations: DestinationOfAudience[];
  /** The total number. */
  total: number;
  /** How many of them the token cannot see. */
  unseen: number;
  /** False if there are more than were read. */
  complete: boolean;
  /** Why the activations could not be read. */
  activationsError?: AudiencesError;
}

interface Asked {
  spaceId: string;
  id: string;
}

/**
 * Reads where an audience is sent.
 *
 * @throws {AudiencesError} if the connections can't be read.
 */
export async function readDestinations(
  api: ReadApi,
  asked: Asked,
  call: CallContext,
): Promise<DestinationsOfAudience> {
  // Both end before this does: no request continues unnoticed.
  const [connections, activations] = await Promise.allSettled([
    allPages(asked, async (input) => {
      const page = await api.send('list_destinations_from_audience', input, call);
      return { rows: page.connections, pagination: page.pagination };
    }),
    allPages(asked, async (input) => {
      const page = await api.send('list_activations_from_audience', input, call);
      return { rows: page.activations, pagination: page.pagination };
    }),
  ]);
  if (connections.status === 'rejected') throw connections.reason;
  if (activations.status === 'fulfilled') return joined(connections.value, activations.value);
  const { reason } = activations;
  if (!(reason instanceof AudiencesError) || call.signal.aborted) throw reason;
  return { ...joined(connections.value, undefined), activationsError: reason };
}

/** The result of looking up destinations, or why they are unknown. */
export type Feeds = { kind: 'known'; found: DestinationsOfAudience } | Missed;

/** What could not be looked up, and if it is known, after which time it can be. */
export interface Missed {
  kind: 'unknown';
  because: string;
  retryAfterMs?: number | undefined;
}

/**
 * Looks up where some audiences are sent, for a question that should not wait: one attempt for
 * each, three seconds for all.
 *
 * @param ids two requests for each. @param context `elapsed` is the monotonic clock.
 * @throws {CancelledError} if the call is cancelled; nothing else.
 */
export async function findDestinations(
  spaceId: string,
  ids: readonly string[],
  { api, call, elapsed }: { api: ReadApi; call: CallContext; elapsed: () => number },
): Promise<ReadonlyMap<string, Feeds>> {
  const brief = briefly(withSignal(call, signalForMany(call.signal)), elapsed(), maxLookUpMs);
  const found = ids.map(async (id): Promise<[string, Feeds]> => {
    try {
      return [id, { kind: 'known', found: await readDestinations(api, { spaceId, id }, brief) }];
    } catch (error) {
      if (call.signal.aborted) throw error;
      if (!(error instanceof AudiencesError)) {
        return [id, { kind: 'unknown', because: 'internal_error' }];
      }
      const { retryAfterMs } = error.facts;
      return [id, { kind: 'unknown', because: error.code, retryAfterMs }];
    }
  });
  return new Map(await Promise.all(found));
}

/**
 * A signal that many requests at once may wait for. Above ten listeners, Node.js would warn of a leak;
 * this signal is gone when the look-ups are.
 */
function signalForMany(signal: AbortSignal): AbortSignal {
  const own = AbortSignal.any([signal]);
  setMaxListeners(0, own);
  return own;
}

interface Page<Item> {
  rows: Item[];
  pagination?: Pagination | null;
}

interface Listed<Item> {
  rows: Item[];
  /** The count according to Segment, which may be more than it lists. */
  total: number;
  complete: boolean;
}

type PageInput = Input<'list_destinations_from_audience'>;

async function allPages<Item extends { id: string }>(
  asked: Asked,
  read: (input: PageInput) => Promise<Page<Item>>,
): Promise<Listed<Item>> {
  const rows: Item[] = [];
  let total = 0;
  let cursor: string | undefined;
  const cursors = new Cursors();
  const isNew = firstTime();
  for (let pages = 0; pages < maxPages; pages += 1) {
    const { rows: more, pagination } = await read({ ...asked, count: rowsAtOnce, cursor });
    // Those without an id can't be distinguished.
    rows.push(...more.filter((row) => row.id === '' || isNew(row)));
    total = Math.max(rows.length, pagination?.totalEntries ?? 0);
    const { cursor: next, isLoop } = cursors.after(pagination?.next);
    cursor = next;
    if (cursor === undefined || more.length === 0) return { rows, total, complete: !isLoop };
  }
  return { rows, total, complete: false };
}

function joined(
  connections: Listed<Connection>,
  activations: Listed<Activation> | undefined,
): DestinationsOfAudience {
  const byConnection = new Map<string, ActivationOfAudience[]>();
  for (const activation of activations?.rows ?? []) {
    const { id, activationName, displayName, activationType, enabled } = activation;
    const connectionId = activation.connectionId ?? '';
    const own = byConnection.get(connectionId) ?? [];
    own.push({
      id,
      name: displayName ?? activationName ?? undefined,
      type: activationType ?? undefined,
      enabled: enabled ?? undefined,
    });
    byConnection.set(connectionId, own);
  }
  const seen = connections.rows.map((connection): DestinationOfAudience => {
    const { id, destinationId, name, metadata, enabled } = connection;
    return {
      connectionId: id,
      isVisible: true,
      destinationId: destinationId ?? undefined,
      name: name ?? undefined,
      product: metadata?.name ?? undefined,
      enabled: enabled ?? undefined,
      activations: activations && (byConnection.get(id) ?? []),
    };
  });
  const seenIds = new Set(seen.map(({ connectionId }) => connectionId));
  const byActivationsAlone = [...byConnection]
    .filter(([connectionId]) => connectionId !== '' && !seenIds.has(connectionId))
    .map(
      ([connectionId, own]): DestinationOfAudience => ({
        connectionId,
        isVisible: false,
        destinationId: undefined,
        name: undefined,
        product: undefined,
        enabled: undefined,
        activations: own,
      }),
    );
  const total = Math.max(connections.total, seen.length + byActivationsAlone.length);
  return {
    destinations: [...seen, ...byActivationsAlone],
    total,
    unseen: total - seen.length,
    complete: connections.complete && (activations?.complete ?? true),
  };
}
