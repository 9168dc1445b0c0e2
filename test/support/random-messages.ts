import { Random } from '../../src/sandbox/random.ts';

/*
 * Messages as a broken or hostile client might send them. The same seed gives the same messages.
 */

/** Picks one of a list that is never empty. */
const pickOf = (random: Random, items: readonly string[]) =>
  items[random.whole(0, items.length - 1)] ?? '';

type Json = string | number | boolean | null | Json[] | { [key: string]: Json };

/** What JSON allows and nobody expects, as text. */
const oddities = [
  ...['null', 'true', '0', '-0', '-1', '1.5', '1e400', '-1e400', '9007199254740993', '1e-7'],
  ...['""', '"\\ud800"', '"\\udc00\\ud800"', '"\\u0000\\u001b[2J"', '"\\u2028"', '"\u202e"'],
  ...['[]', '{}', '[[]]', '[null]', '{"":null}', '{"__proto__":null}', '{"constructor":1}'],
  ...['{"__proto__":{"method":"ping"}}', '{"toString":1,"valueOf":2}', '{"length":1e9}'],
  ...['"__proto__"', '"constructor"', '"2.0"', '"../../etc/passwd"', '"[redacted]"'],
];

const notifications = [
  ...['notifications/initialized', 'notifications/progress', 'notifications/roots/list_changed'],
  ...['notifications/cancelled', 'notifications/unknown', 'ping', 'tools/list', '__proto__'],
];

const methods = [
  ...['unknown', '', 'tools', 'TOOLS/LIST', 'prompts/list', 'logging/setLevel', 'tasks/get'],
  ...['completion/complete', 'resources/subscribe', '__proto__', 'constructor', 'toString'],
  ...['elicitation/create', 'sampling/createMessage', 'notifications/initialized'],
];

const queries = [
  ...["event('A').count() >= 1", "trait('plan') = 'vip'", "evnet('A')", "event('", '((((((', ''],
  ...["NOT trait('a').exists()", "event('A').where(property('p') = 1).within(7 days).count() > 2"],
];

/** Calls that end before anything is sent, also with one of their fields changed. */
const badCalls: readonly [Json, ...Json[]] = [
  { name: 'list_audiences', arguments: { count: -1, cursor: '', spaceId: '..' } },
  { name: 'get_audience', arguments: { id: '..', ID: 'x', spaceId: '' } },
  { name: 'create_audience', arguments: { name: '', query: '', type: 'people' } },
  { name: 'update_audience_for_space', arguments: { id: '', enabled: 'yes', more: {} } },
  { name: 'remove_audience_from_space', arguments: { id: '', confirmation: 7 } },
  { name: 'delete_everything', arguments: {} },
  { name: '__proto__', arguments: {} },
  { arguments: { query: 'x' } },
];

/** Makes one message after the other, each with the line feed behind it. */
export class RandomMessages {
  readonly #random: Random;
  #number = 0;

  constructor(seed: number) {
    this.#random = new Random(seed);
  }

  /** One message, or what is left of it: now and then two lines, or none that is whole. */
  next(): Buffer {
    this.#number += 1;
    const random = this.#random;
    const message = this.#message();
    if (random.chance(0.4)) return line(JSON.stringify(message));
    switch (random.whole(1, 12)) {
      case 1:
        return line(this.#flipped(JSON.stringify(message)));
      case 2: {
        const text = JSON.stringify(message);
        return line(text.slice(0, random.whole(0, text.length)));
      }
      case 3:
        return line(`${JSON.stringify(message)}\n${JSON.stringify(message)}`);
      case 4:
      case 5:
      case 6:
        return line(this.#withOddity(message));
      case 7:
        return line(this.#withoutField(message));
      case 8:
        return line(JSON.stringify(message).replace('{', '{"__proto__":{"polluted":true},'));
      case 9:
        return line(JSON.stringify(random.chance(0.5) ? [message, message] : [message]));
      case 10:
        return line(this.#deep(message));
      case 11:
        return line(this.#odd(JSON.stringify(message)));
      default:
        return random.chance(0.01) ? line(this.#long()) : line(this.#garbage());
    }
  }

  #message(): { [key: string]: Json } {
    const random = this.#random;
    const kind = random.next();
    if (kind < 0.1)
      return { jsonrpc: '2.0', method: pickOf(random, notifications), ...this.#note() };
    if (kind < 0.14) return { jsonrpc: '2.0', id: `no-request-${this.#number}`, result: {} };
    if (kind < 0.16) {
      return { jsonrpc: '2.0', id: -this.#number, error: { code: -1, message: 'no' } };
    }
    const id = random.chance(0.5) ? this.#number : `s-${this.#number}`;
    return { jsonrpc: '2.0', id, ...this.#request() };
  }

  #note(): { params?: Json } {
    const requestId = `unknown-${this.#number}`;
    return this.#random.chance(0.2) ? {} : { params: { requestId, reason: 'r', progress: 1 } };
  }

  #request(): { method: string; params?: Json } {
    const random = this.#random;
    const kind = random.next();
    if (kind < 0.25)
      return random.chance(0.5) ? { method: 'ping' } : { method: 'ping', params: {} };
    if (kind < 0.45) {
      const args = { query: pickOf(random, queries), type: random.pick(['users', 'linked', 'no']) };
      return {
        method: 'tools/call',
        params: { name: 'check_audience_query', arguments: args, _meta: { progressToken: 1 } },
      };
    }
    if (kind < 0.7) return { method: 'tools/call', params: random.pick(badCalls) };
    if (kind < 0.84)
      return { method: pickOf(random, methods), params: { name: 'x', level: 'debug' } };
    if (kind < 0.845) return { method: 'tools/list' };
    if (kind < 0.9) return { method: 'resources/list' };
    const uri = random.pick(['segment://query-languages', 'file:///etc/passwd', '']);
    return { method: 'resources/read', params: { uri } };
  }

  #flipped(text: string): Buffer {
    const bytes = Buffer.from(text);
    for (let left = this.#random.whole(1, 3); left > 0; left -= 1) {
      const at = this.#random.whole(0, bytes.length - 1);
      bytes[at] = (bytes[at] ?? 0) ^ (1 << this.#random.whole(0, 7));
    }
    return bytes;
  }

  /** The message with one of its values, at whatever depth, replaced by something odd. */
  #withOddity(message: Json): string {
    return this.#changed(message, () => pickOf(this.#random, oddities));
  }

  #deep(message: Json): string {
    const depth = this.#depth();
    const [open, close] = this.#random.pick([
      ['[', ']'],
      ['{"a":', '}'],
      ['[', ''],
    ]);
    const core = open === '[' ? '' : '1';
    return this.#changed(message, () => open.repeat(depth) + core + close.repeat(depth));
  }

  /** Beyond all that is sensible now and then, beyond what a stack can hold rarely. */
  #depth(): number {
    const kind = this.#random.next();
    if (kind < 0.002) return 50_000;
    return this.#random.whole(1, kind < 0.1 ? 500 : 50);
  }

  #changed(message: Json, by: () => string): string {
    const places = fieldsOf(message);
    const mark = '@here@';
    const place = places[this.#random.whole(0, places.length - 1)];
    place?.set(mark);
    return JSON.stringify(message).replace(`"${mark}"`, by);
  }

  #withoutField(message: Json): string {
    const places = fieldsOf(message);
    places[this.#random.whole(0, places.length - 1)]?.remove();
    return JSON.stringify(message);
  }

  /** Spaces and the like, which change nothing, and things beside the message, which spoil it. */
  #odd(text: string): string {
    const random = this.#random;
    return random.pick([
      `  ${text}\t `,
      `${text}\r`,
      `\ufeff${text}`,
      `${text}${text}`,
      `${text},`,
      text.replace('"jsonrpc"', '"jsonrpc" : "1.0", "jsonrpc"'),
      text.replace('"id"', '"id":7,"ID"'),
      text.replaceAll('"', "'"),
      text.replace(/[a-z]/g, (letter) => `\\u00${letter.charCodeAt(0).toString(16)}`),
      `Content-Length: ${text.length}\r\n\r\n${text}`,
    ]);
  }

  #long(): string {
    const { method } = this.#request();
    const padding = 'x'.repeat(this.#random.whole(10_000, 300_000));
    return JSON.stringify({ jsonrpc: '2.0', id: this.#number, method, params: { padding } });
  }

  #garbage(): Buffer {
    const bytes = Buffer.alloc(this.#random.whole(0, 60));
    for (let at = 0; at < bytes.length; at += 1) bytes[at] = this.#random.whole(0, 255);
    return bytes;
  }
}

/** A request of just so many bytes, line feed included. */
export function requestOfBytes(id: string, bytes: number): Buffer {
  const around = JSON.stringify({ jsonrpc: '2.0', id, method: 'ping', params: { padding: '' } });
  const padding = 'x'.repeat(bytes - around.length - 1);
  return line(around.replace('""', `"${padding}"`));
}

function line(content: string | Buffer): Buffer {
  return Buffer.concat([Buffer.from(content), Buffer.from('\n')]);
}

interface Field {
  set(value: Json): void;
  remove(): void;
}

/** Every value of an object, at whatever depth. */
function fieldsOf(value: Json): Field[] {
  if (Array.isArray(value) || typeof value !== 'object' || value === null) return [];
  // What cancels stays away from real requests, which would rightly get no answer.
  const entries = Object.entries(value).filter(([key]) => key !== 'requestId');
  return entries.flatMap(([key, child]) => [
    {
      set(next: Json) {
        value[key] = next;
      },
      remove() {
        delete value[key];
      },
    },
    ...fieldsOf(child),
  ]);
}
