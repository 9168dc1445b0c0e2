import { expect, test } from 'vitest';
import { readTraceparent } from '../../src/telemetry/traceparent.ts';

const traceId = '4bf92f3577b34da6a3ce929d0e0e4736';
const spanId = '00f067aa0ba902b7';

test.each([
  ['a recorded trace', `00-${traceId}-${spanId}-01`, 1],
  ['one that is not recorded', `00-${traceId}-${spanId}-00`, 0],
  ['flags that have no meaning yet', `00-${traceId}-${spanId}-ff`, 1],
  ['a later version', `cc-${traceId}-${spanId}-01`, 1],
  ['a later version with more behind', `cc-${traceId}-${spanId}-01-what-follows`, 1],
])('%s is read', (_, value, traceFlags) => {
  expect(readTraceparent(value)).toEqual({ traceId, spanId, traceFlags });
});

test.each([
  ['nothing', undefined],
  ['something else than text', [`00-${traceId}-${spanId}-01`]],
  ['an empty text', ''],
  ['an unknown form', `ff-${traceId}-${spanId}-01`],
  ['more behind in a version that has no more', `00-${traceId}-${spanId}-01-more`],
  ['a trace of zeros', `00-${'0'.repeat(32)}-${spanId}-01`],
  ['a span of zeros', `00-${traceId}-${'0'.repeat(16)}-01`],
  ['upper case', `00-${traceId.toUpperCase()}-${spanId}-01`],
  ['too short an id', `00-${traceId.slice(1)}-${spanId}-01`],
  ['a line break', `00-${traceId}-${spanId}-01\n`],
  ['no flags', `00-${traceId}-${spanId}`],
])('%s is not', (_, value) => {
  expect(readTraceparent(value)).toBeUndefined();
});
