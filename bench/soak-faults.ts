import type { Random } from '../src/sandbox/random.ts';
import type { Fault } from '../src/sandbox/start.ts';

const share = 0.1;

/** Now and then, something that goes wrong with a request. */
export function occasionalFault(random: Random): Fault | undefined {
  return random.chance(share)
    ? random.pick([latency, serverError, drop, earlyRefusal, page])(random)
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

function earlyRefusal(random: Random): Fault {
  return { kind: 'rate-limit', msBeforeNext: random.whole(1, 50) };
}

/** As a proxy shows it that wants to know its users. */
function page(): Fault {
  const body = '<html><body><h1>Please log in</h1></body></html>';
  return { kind: 'answer', status: 200, headers: { 'content-type': 'text/html' }, body };
}
