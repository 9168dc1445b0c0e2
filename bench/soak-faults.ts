import type { Random } from '../src/sandbox/random.ts';
import type { Fault } from '../src/sandbox/start.ts';

const share = 0.1;

/** Occasional faults of a request. */
export function occasionalFault(random: Random): Fault | undefined {
  return random.chance(share)
    ? random.pick([latency, serverError, drop, bareRefusal, tokenRefusal, page])(random)
    : undefined;
}

function latency(random: Random): Fault {
  return { kind: 'latency', ms: random.whole(1, 200) };
}

function serverError(random: Random): Fault {
  const applied = random.chance(0.5);
  return { kind: 'answer', status: random.whole(500, 504), body: '', applied };
}

function drop(random: Random): Fault {
  return { kind: 'drop', when: random.pick(['before', 'after', 'mid-body']) };
}

/** A 429 without details: only its own request waits, for a second or more. */
function bareRefusal(): Fault {
  return { kind: 'answer', status: 429, body: '' };
}

/**
 * A 429 for the whole token, which closes all gates, here for zero time. One with points would
 * close its operation for the rest of the minute: then calls would be rejected, and little else
 * measured.
 */
function tokenRefusal(): Fault {
  return { kind: 'token-limit', retryAfterSeconds: 0 };
}

/** What a proxy returns that requires a login. */
function page(): Fault {
  const body = '<html><body><h1>Please log in</h1></body></html>';
  return { kind: 'answer', status: 200, headers: { 'content-type': 'text/html' }, body };
}
