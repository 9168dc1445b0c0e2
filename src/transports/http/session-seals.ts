import * as z from 'zod';

const crypto = () => process.getBuiltinModule('node:crypto');

/** The form of a sealed statement; an id of another form belongs to no session. */
const format = '1';
const idBytes = 16;
/** Longer than any id that is made here. */
const maxSealedChars = 2000;

/** What the client said in `initialize`, as far as later requests depend on it. */
const statementSchema = z.strictObject({
  /** The id of the session; random. */
  id: z.string(),
  caller: z.string(),
  protocolVersion: z.string(),
  client: z.strictObject({ name: z.string(), version: z.string() }),
  /** Whether the client can ask its user. */
  elicits: z.boolean(),
  /** Milliseconds since the epoch. */
  issuedAt: z.number(),
});
export type Statement = z.infer<typeof statementSchema>;

export interface SessionSealsOptions {
  /** The first signs, all verify. */
  keys: readonly Uint8Array[];
  now: () => number;
  randomBytes: (count: number) => Uint8Array;
}

/**
 * Makes and opens session ids. An id is what `initialize` said, sealed: so no replica has to
 * remember any session, and every one can serve all of them.
 */
export class SessionSeals {
  readonly #options: SessionSealsOptions;

  constructor(options: SessionSealsOptions) {
    this.#options = options;
  }

  /** The id of a new session: visible ASCII, some 300 characters. */
  seal(said: Omit<Statement, 'id' | 'issuedAt'>): string {
    const { now, randomBytes } = this.#options;
    const id = Buffer.from(randomBytes(idBytes)).toString('base64url');
    const text = JSON.stringify({ ...said, id, issuedAt: now() } satisfies Statement);
    const head = `${format}.${Buffer.from(text).toString('base64url')}`;
    const [key = new Uint8Array()] = this.#options.keys;
    return `${head}.${sealOf(key, head).toString('base64url')}`;
  }

  /**
   * What a session began with; undefined for an id that was not made here, is incomplete or has
   * another form, or was made for another caller.
   */
  open(sealed: string, caller: string): Statement | undefined {
    if (sealed.length > maxSealedChars) return undefined;
    const [version, body, seal, ...rest] = sealed.split('.');
    if (version !== format || !body || !seal || rest.length > 0) return undefined;
    const given = Buffer.from(seal, 'base64url');
    const isOurs = this.#options.keys.some((key) => {
      const expected = sealOf(key, `${version}.${body}`);
      return given.length === expected.length && crypto().timingSafeEqual(given, expected);
    });
    // Another spelling of the same bytes is another id.
    if (!isOurs || given.toString('base64url') !== seal) return undefined;
    const { data } = statementSchema.safeParse(parse(Buffer.from(body, 'base64url').toString()));
    return data?.caller === caller ? data : undefined;
  }
}

function sealOf(key: Uint8Array, head: string): Buffer {
  return crypto().createHmac('sha256', key).update(head).digest();
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
