/*
 * What Segment's reference says of the five operations, stated here once more on purpose: a test
 * puts this table beside the client's.
 */

export type SandboxOperation =
  | 'create_audience'
  | 'get_audience'
  | 'list_audiences'
  | 'remove_audience_from_space'
  | 'update_audience_for_space';

interface Endpoint {
  method: string;
  path: string;
  /** Requests per minute, token and sender address. */
  perMinute: number;
}

/** The media type of the one edition that lives here. */
export const mediaType = 'application/vnd.segment.v1alpha+json';

export const sandboxOperations: Record<SandboxOperation, Endpoint> = {
  create_audience: { method: 'POST', path: '/spaces/{spaceId}/audiences', perMinute: 10 },
  get_audience: { method: 'GET', path: '/spaces/{spaceId}/audiences/{id}', perMinute: 100 },
  list_audiences: { method: 'GET', path: '/spaces/{spaceId}/audiences', perMinute: 25 },
  remove_audience_from_space: {
    method: 'DELETE',
    path: '/spaces/{spaceId}/audiences/{id}',
    perMinute: 20,
  },
  update_audience_for_space: {
    method: 'PATCH',
    path: '/spaces/{spaceId}/audiences/{id}',
    perMinute: 10,
  },
};

/** A request as far as its method and path tell. */
export interface Route {
  operation: SandboxOperation;
  spaceId: string;
  id: string | undefined;
}

/**
 * Finds the operation of a request. The raw target is split at its slashes before each segment is
 * decoded once, so that an id may hold slashes, dots and percent signs and stays that id.
 *
 * @param target what stands in the request line, with or without a query.
 */
export function findRoute(method: string, target: string): Route | undefined {
  const [path = ''] = target.split('?', 1);
  const segments = path.split('/').map(decode);
  if (segments.includes(undefined)) return undefined;
  const [root, spaces, spaceId, audiences, id] = segments;
  const known = root === '' && spaces === 'spaces' && audiences === 'audiences' && isId(spaceId);
  if (!known || segments.length > 5 || (segments.length === 5 && !isId(id))) return undefined;
  const operation = Object.entries(sandboxOperations).find(
    ([, endpoint]) =>
      endpoint.method === method && endpoint.path.split('/').length === segments.length,
  )?.[0];
  return isOperation(operation) ? { operation, spaceId, id } : undefined;
}

function decode(segment: string): string | undefined {
  try {
    return decodeURIComponent(segment);
  } catch {
    return undefined;
  }
}

function isId(text: string | undefined): text is string {
  return text !== undefined && text.length >= 1 && text.length <= 255;
}

function isOperation(name: string | undefined): name is SandboxOperation {
  return name !== undefined && Object.hasOwn(sandboxOperations, name);
}
