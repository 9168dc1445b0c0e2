import { expect, test } from 'vitest';
import { readStart } from '../../src/mcp/start-of-message.ts';

test.each<[string, string, ReturnType<typeof readStart>]>([
  ['a number', '{"jsonrpc":"2.0","id":7,"params":"xx', { id: 7, isResponse: false }],
  ['a text with escapes', '{ "id" : "a\\"b" , "x', { id: 'a"b', isResponse: false }],
  ['a key written with escapes', '{"\\u0069d":7,', { id: 7, isResponse: false }],
  [
    'one within something else',
    '{"params":{"id":7},"x":[{"id":8}',
    { id: undefined, isResponse: false },
  ],
  ['one as a value', '{"method":"id","x":7,', { id: undefined, isResponse: false }],
  ['one that may go on', '{"id":7', { id: undefined, isResponse: false }],
  ['one of the wrong kind', '{"id":null,"x":1,', { id: undefined, isResponse: false }],
  ['one behind a large value', '{"params":{"a":[1,{}]},"id":"z",', { id: 'z', isResponse: false }],
  ['that of a batch', '[{"id":7,"method":"x"},', { id: undefined, isResponse: false }],
  ['that of a response', '{"id":7,"result":{"x', { id: 7, isResponse: true }],
  ['nothing that is JSON', 'id:7', { id: undefined, isResponse: false }],
])('the id at the start of a message: %s', (_, text, expected) => {
  expect(readStart(text)).toEqual(expected);
});

test('a start of nothing but quotes or backslashes takes no time', () => {
  for (const text of ['"', '\\', '{"', '{"\\', '[', '{"a":']) {
    readStart(`{${text.repeat(64 * 1024)}`);
  }
});
