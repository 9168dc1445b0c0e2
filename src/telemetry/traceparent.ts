/** A place in somebody's trace. */
export interface TracePlace {
  /** 32 hexadecimal digits. */
  traceId: string;
  /** 16 hexadecimal digits. */
  spanId: string;
  /** Bit 0: whether the trace is recorded. */
  traceFlags: number;
}

/** Later versions may append more. */
const pattern = /^([\da-f]{2})-([\da-f]{32})-([\da-f]{16})-([\da-f]{2})(-.*)?$/;

/**
 * Reads a `traceparent` (https://www.w3.org/TR/trace-context/, section 3.2).
 *
 * @returns undefined for anything else, which is to be treated as if there were none.
 */
export function readTraceparent(value: unknown): TracePlace | undefined {
  const [, version, traceId = '', spanId = '', flags = '', more] =
    (typeof value === 'string' && pattern.exec(value)) || [];
  if (version === undefined || version === 'ff' || (version === '00' && more !== undefined))
    return undefined;
  if (isZero(traceId) || isZero(spanId)) return undefined;
  return { traceId, spanId, traceFlags: Number.parseInt(flags, 16) & 1 };
}

function isZero(id: string): boolean {
  return Number.parseInt(id, 16) === 0;
}
