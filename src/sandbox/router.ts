/** The part of a row that identifies it. */
interface Endpoint {
  method: string;
  /** Such as `/spaces/{spaceId}/audiences/{id}`. */
  path: string;
}

/** What a request's method and path identify. */
export interface Route<Name extends string, Row> {
  /** The name of the operation. */
  operation: Name;
  /** Its row of the table. */
  row: Row;
  /** The decoded values of the path's `{name}` parts. */
  params: Readonly<Record<string, string>>;
}

/**
 * Makes a finder of operations from their table.
 *
 * The raw target is split at its slashes before each segment is decoded once, so that an id may
 * contain slashes, dots and percent signs and stays that id. A path that names a segment wins over
 * one that takes any id there, whatever the method: `previews` is never an audience's id.
 *
 * @returns a function of the method and of the raw request target, with or without a query.
 */
export function createRouter<Name extends string, Row extends Endpoint>(
  rows: Readonly<Partial<Record<Name, Row>>>,
): (method: string, target: string) => Route<Name, Row> | undefined {
  const templates = new Map<string, Map<string, Omit<Route<Name, Row>, 'params'>>>();
  for (const operation in rows) {
    const row: Row | undefined = rows[operation];
    if (!row) continue;
    const operations = templates.get(row.path) ?? new Map();
    templates.set(row.path, operations.set(row.method, { operation, row }));
  }
  const bySpecificity = [...templates]
    .map(([path, operations]) => ({ template: path.split('/'), operations }))
    .sort((a, b) => shape(a.template).localeCompare(shape(b.template)));

  return (method, target) => {
    const [path = ''] = target.split('?', 1);
    const segments = path.split('/').map(decode);
    for (const { template, operations } of bySpecificity) {
      const params = match(template, segments);
      if (!params) continue;
      const found = operations.get(method);
      return found && { ...found, params };
    }
    return undefined;
  };
}

/** Sorts named segments before parameters, from left to right. */
function shape(template: readonly string[]): string {
  return template.map((segment) => (parameterOf(segment) ? '1' : '0')).join('');
}

function match(
  template: readonly string[],
  segments: readonly (string | undefined)[],
): Record<string, string> | undefined {
  if (segments.length !== template.length) return undefined;
  const params: Record<string, string> = {};
  for (const [index, expected] of template.entries()) {
    const segment = segments[index];
    const parameter = parameterOf(expected);
    if (segment === undefined || (parameter ? !isId(segment) : segment !== expected)) {
      return undefined;
    }
    if (parameter) params[parameter] = segment;
  }
  return params;
}

function parameterOf(segment: string): string | undefined {
  return /^\{(\w+)\}$/.exec(segment)?.[1];
}

function decode(segment: string): string | undefined {
  try {
    return decodeURIComponent(segment);
  } catch {
    return undefined;
  }
}

/** All path parameters are strings of 1 to 255 characters, according to Segment's reference. */
function isId(text: string): boolean {
  return text.length >= 1 && text.length <= 255;
}
