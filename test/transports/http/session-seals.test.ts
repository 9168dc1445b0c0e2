import { randomBytes } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { SessionSeals } from '../../../src/transports/http/session-seals.ts';

const now = () => 1_700_000_000_000;
const [first, second, stranger] = [randomBytes(32), randomBytes(32), randomBytes(32)];
const sealsWith = (...keys: Uint8Array[]) => new SessionSeals({ keys, now, randomBytes });

const said = {
  caller: 'key-1',
  protocolVersion: '2025-11-25',
  client: { name: 'agent', version: '1' },
  elicits: true,
};

describe('a session id', () => {
  test('is what initialize said, in visible ASCII, and different every time', () => {
    const seals = sealsWith(first);
    const [one, other] = [seals.seal(said), seals.seal(said)];
    expect(one).toMatch(/^[\x21-\x7e]{100,400}$/);
    expect(one).not.toBe(other);
    expect(seals.open(one, 'key-1')).toEqual({
      ...said,
      id: expect.stringMatching(/^[\w-]{22}$/),
      issuedAt: now(),
    });
  });

  test('belongs to its caller alone', () => {
    const seals = sealsWith(first);
    expect(seals.open(seals.seal(said), 'key-2')).toBeUndefined();
  });

  test('opens with the key before the present one, and with no other', () => {
    const sealed = sealsWith(first).seal(said);
    expect(sealsWith(second, first).open(sealed, 'key-1')).toBeDefined();
    expect(sealsWith(second).open(sealed, 'key-1')).toBeUndefined();
    expect(sealsWith(stranger, second).open(sealed, 'key-1')).toBeUndefined();
  });

  test('is nothing if any part of it is changed, cut off or added', () => {
    const seals = sealsWith(first);
    const sealed = seals.seal(said);
    fc.assert(
      fc.property(
        fc.nat(sealed.length - 1),
        fc.constantFrom('', 'A', '.', '2', ' '),
        (at, text) => {
          const changed = sealed.slice(0, at) + text + sealed.slice(at + 1);
          if (changed !== sealed) expect(seals.open(changed, 'key-1')).toBeUndefined();
        },
      ),
    );
    expect(seals.open(`${sealed}A`, 'key-1')).toBeUndefined();
    expect(seals.open(`${sealed}.`, 'key-1')).toBeUndefined();
    expect(seals.open('', 'key-1')).toBeUndefined();
  });

  test('of another form is unknown', () => {
    const seals = sealsWith(first);
    expect(seals.open(seals.seal(said).replace(/^1\./, '2.'), 'key-1')).toBeUndefined();
  });

  test('can be any text', () => {
    const seals = sealsWith(first);
    fc.assert(
      fc.property(fc.string({ maxLength: 3000 }), (text) => {
        expect(seals.open(text, 'key-1')).toBeUndefined();
      }),
    );
  });
});
