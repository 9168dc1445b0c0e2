import { expect, test } from 'vitest';
import { SeenAudiences } from '../../src/safety/seen.ts';
import { audience } from '../support/in-memory.ts';

const any = () => true;

test('what was seen is forgotten by size, the oldest first', () => {
  const seen = new SeenAudiences();
  const description = 'x'.repeat(100_000);
  for (let number = 1; number <= 100; number += 1) {
    seen.note('s', audience({ id: `aud_${number}`, description }));
  }
  expect(seen.find('s', 'aud_1', any)).toBeUndefined();
  expect(seen.find('s', 'aud_100', any)).toBeDefined();
});

test('thousands of small ones are remembered, and an absurdly large one is not', () => {
  const seen = new SeenAudiences();
  for (let number = 1; number <= 2000; number += 1)
    seen.note('s', audience({ id: `aud_${number}` }));
  seen.note('s', audience({ id: 'huge', description: 'x'.repeat(10_000_000) }));
  expect(seen.find('s', 'aud_1', any)).toBeDefined();
  expect(seen.find('s', 'huge', any)).toBeUndefined();
});

test('one that is seen again counts once', () => {
  const seen = new SeenAudiences();
  const description = 'x'.repeat(100_000);
  seen.note('s', audience({ id: 'first' }));
  for (let time = 1; time <= 100; time += 1) seen.note('s', audience({ id: 'again', description }));
  expect(seen.find('s', 'first', any)).toBeDefined();
});
