import fc from 'fast-check';
import { createScanner } from 'jsonc-parser';
import { describe, expect, test } from 'vitest';
import { isTable } from '../../../src/commands/clients/entry.ts';
import { edited, editsToRemove, editsToSet } from '../../../src/commands/clients/json-edits.ts';
import {
  findEntry,
  isSameJson,
  JsonFileError,
  parseJson,
  toValue,
} from '../../../src/commands/clients/json-tree.ts';
import { wildJson } from '../../support/wild-json.ts';

const path = ['mcpServers', 'ours'];
const entry = { command: '/node', args: ['main.js', '--read-only'] };
const set = (text: string) => edited(text, editsToSet(text, path, entry));
const remove = (text: string, withEmpty = false) =>
  edited(text, editsToRemove(text, path, withEmpty));
const value = (text: string) => {
  const root = parseJson(text);
  return root && toValue(root);
};

const cases: [what: string, before: string, after: string][] = [
  [
    'an empty text',
    '',
    `{
  "mcpServers": {
    "ours": {
      "command": "/node",
      "args": [
        "main.js",
        "--read-only"
      ]
    }
  }
}
`,
  ],
  [
    'tabs, and an entry that is there',
    '{\n\t"mcpServers": {\n\t\t"theirs": {}\n\t}\n}',
    '{\n\t"mcpServers": {\n\t\t"theirs": {},\n\t\t"ours": {\n\t\t\t"command": "/node",\n\t\t\t"args": [\n\t\t\t\t"main.js",\n\t\t\t\t"--read-only"\n\t\t\t]\n\t\t}\n\t}\n}',
  ],
  [
    'Windows line breaks, and no list of servers',
    '{\r\n    "theme": 1\r\n}\r\n',
    '{\r\n    "theme": 1,\r\n    "mcpServers": {\r\n        "ours": {\r\n            "command": "/node",\r\n            "args": [\r\n                "main.js",\r\n                "--read-only"\r\n            ]\r\n        }\r\n    }\r\n}\r\n',
  ],
  [
    'comments and trailing commas',
    '// mine\n{\n  "mcpServers": { // servers\n    "theirs": {}, // a\n    // b\n  },\n}\n',
    '// mine\n{\n  "mcpServers": { // servers\n    "theirs": {}, // a\n    // b\n    "ours": {\n      "command": "/node",\n      "args": [\n        "main.js",\n        "--read-only"\n      ]\n    }\n  },\n}\n',
  ],
  [
    'a comment behind the last entry',
    '{\n  "mcpServers": {\n    "theirs": {} // a\n  }\n}',
    '{\n  "mcpServers": {\n    "theirs": {}, // a\n    "ours": {\n      "command": "/node",\n      "args": [\n        "main.js",\n        "--read-only"\n      ]\n    }\n  }\n}',
  ],
  [
    'one line',
    '{"a":1,"mcpServers":{"theirs":{}}}',
    '{"a":1,"mcpServers":{"theirs":{}, "ours": {"command":"/node","args":["main.js","--read-only"]}}}',
  ],
  [
    'one line without servers',
    '{"mcpServers":{}}',
    '{"mcpServers":{"ours": {"command":"/node","args":["main.js","--read-only"]}}}',
  ],
  [
    'an entry of ours',
    '{\n  "mcpServers": {\n    "ours": { "command": "old" }, // kept\n    "theirs": {}\n  }\n}',
    '{\n  "mcpServers": {\n    "ours": {\n      "command": "/node",\n      "args": [\n        "main.js",\n        "--read-only"\n      ]\n    }, // kept\n    "theirs": {}\n  }\n}',
  ],
  [
    'an entry of ours with comments inside',
    `{
  "mcpServers": {
    "ours": { // ours
      /* a */ "command": "old", // b
      "gone": 1, // c
      "args": ["main.js", "--read-only"] // d
      // e
    }, // f
    "theirs": {}
  }
}`,
    `{
  "mcpServers": {
    "ours": { // ours
      /* a */ "command": "/node", // b
      // c
      "args": ["main.js", "--read-only"] // d
      // e
    }, // f
    "theirs": {}
  }
}`,
  ],
  [
    'an entry of ours on one line with a comment inside',
    '{"mcpServers":{"ours":{/* a */"command":"/node" /* b */}}}',
    '{"mcpServers":{"ours":{/* a */"command":"/node", "args": ["main.js","--read-only"] /* b */}}}',
  ],
];

describe.each(cases)('in %s', (_, before, after) => {
  test('the entry is set as the text is laid out', () => {
    expect(set(before)).toBe(after);
    expect(value(after)).toMatchObject({ mcpServers: { ours: entry } });
  });
});

test.each([
  [
    '{\n  "mcpServers": {\n    "ours": {},\n    "b": {}\n  }\n}',
    '{\n  "mcpServers": {\n    "b": {}\n  }\n}',
  ],
  [
    '{\n  "mcpServers": {\n    "b": {},\n    "ours": {}\n  }\n}',
    '{\n  "mcpServers": {\n    "b": {}\n  }\n}',
  ],
  ['{"mcpServers":{"b":{}, "ours": {}}}', '{"mcpServers":{"b":{} }}'],
  ['{"mcpServers":{"ours":{} /* c */ , "b":{}}}', '{"mcpServers":{/* c */  "b":{}}}'],
  [
    '{"mcpServers":{"b":{} /* c */ , /* d */ "ours":{}}}',
    '{"mcpServers":{"b":{} /* c */  /* d */ }}',
  ],
  ['{"a": 1}', '{"a": 1}'],
])('%s without the entry is %s', (before, after) => {
  expect(remove(before)).toBe(after);
});

test('objects that hold nothing else can go with the entry', () => {
  expect(remove('{\n  "a": 1,\n  "mcpServers": {\n    "ours": {}\n  }\n}\n', true)).toBe(
    '{\n  "a": 1\n}\n',
  );
});

test.each([
  ['{\n  "a": 1,,\n}', 'is not valid JSON: a quoted key is missing', 2, 10],
  ['{"a" 1}', 'is not valid JSON: a colon is missing', 1, 6],
  ['{\r\n"a": tru }', 'is not valid JSON: an unknown word', 2, 6],
  ['{"a": "x', 'is not valid JSON: an unterminated string', 1, 7],
  ['/* open', 'is not valid JSON: an unterminated comment', 1, 1],
  ['{} {}', 'is not valid JSON: text after the end', 1, 4],
  ['[]', 'does not contain an object', 1, 1],
  ['{"mcpServers": null}', 'has no object under "mcpServers"', 1, 16],
  ['{"mcpServers": {}, "mcpServers": {}}', 'has "mcpServers" twice', 1, 20],
])('%j is refused: it %s', (text, reason, line, column) => {
  const error = expect.objectContaining({ message: reason, line, column });
  expect(() => set(text)).toThrow(error);
});

test('a text that is nested too deeply is refused', () => {
  const text = '{"a":'.repeat(100_000);
  expect(() => set(text)).toThrow(JsonFileError);
});

/** The comments of a text in their order. */
function comments(text: string): string[] {
  const scanner = createScanner(text, false);
  const found: string[] = [];
  while (scanner.getPosition() < text.length) {
    scanner.scan();
    const token = text.slice(scanner.getTokenOffset(), scanner.getPosition());
    if (token.startsWith('//') || token.startsWith('/*')) found.push(token);
  }
  return found;
}

describe('whatever the text', () => {
  test('setting the entry changes nothing else, and keeps every comment', () => {
    fc.assert(
      fc.property(wildJson, ({ text, servers, others }) => {
        const after = set(text);
        const expected = { ...others, mcpServers: { ...servers, ours: entry } };
        expect(value(after)).toEqual(expected);
        expect(comments(after)).toEqual(comments(text));
        expect(findEntry(after, path)).toBeDefined();
      }),
    );
  });

  test('removing the entry that was set gives the same JSON and the same comments', () => {
    fc.assert(
      fc.property(wildJson, ({ text }) => {
        const after = set(text);
        const [kept, emptied] = [remove(after), remove(after, true)];
        expect(isSameJson(kept, text) || isSameJson(emptied, text)).toBe(true);
        expect(comments(kept)).toEqual(comments(text));
      }),
    );
  });

  test('removing an entry that was there leaves valid JSON without it', () => {
    fc.assert(
      fc.property(wildJson, ({ text, servers, others }) => {
        for (const name of Object.keys(servers ?? {})) {
          const after = edited(text, editsToRemove(text, ['mcpServers', name], false));
          const { [name]: _, ...rest } = servers ?? {};
          expect(value(after)).toEqual({ ...others, mcpServers: rest });
          expect(comments(after).length).toBeLessThanOrEqual(comments(text).length);
        }
      }),
    );
  });

  /** The servers that are objects, by name. */
  const objectsIn = (servers: Record<string, unknown> = {}) =>
    Object.entries(servers).flatMap(([name, old]) => (isTable(old) ? [[name, old] as const] : []));

  test('setting an entry that was there gives its new value, whatever the old one', () => {
    fc.assert(
      fc.property(wildJson, wildJson, ({ text, servers, others }, next) => {
        const now = value(next.text) ?? {};
        for (const [name] of objectsIn(servers)) {
          const after = edited(text, editsToSet(text, ['mcpServers', name], now));
          expect(value(after)).toEqual({ ...others, mcpServers: { ...servers, [name]: now } });
        }
      }),
    );
  });

  test('setting fields of an entry that was there keeps every comment', () => {
    fc.assert(
      fc.property(wildJson, ({ text, servers }) => {
        for (const [name, old] of objectsIn(servers)) {
          const fields = Object.entries(old).map(([field, inner]) => {
            return [field, typeof inner === 'object' ? inner : 'new'] as const;
          });
          const now = { ...Object.fromEntries(fields), 'one more': {} };
          const after = edited(text, editsToSet(text, ['mcpServers', name], now));
          expect(comments(after)).toEqual(comments(text));
        }
      }),
    );
  });

  test('setting the entry twice is setting it once', () => {
    fc.assert(
      fc.property(wildJson, ({ text }) => {
        expect(value(set(set(text)))).toEqual(value(set(text)));
      }),
    );
  });
});

test.each<[one: string, other: string, isSame: boolean]>([
  ['9007199254740993', '9007199254740992', false],
  ['0.1000000000000000055', '0.1', false],
  ['1e400', '1e401', false],
  ['-0', '0', false],
  ['12', '-12', false],
  ['1', '1.0', true],
  ['-12.50', '-1.25E+1', true],
  ['100', '1e2', true],
  ['0.001', '1e-3', true],
  ['0', '0.0e5', true],
])('whether the numbers %s and %s are the same: %s', (one, other, isSame) => {
  expect(isSameJson(`{"a": [${one}]}`, `{"a": [${other}]}`)).toBe(isSame);
  expect(isSameJson(`{"a": ${one}}`, ` {"a":${one}}`)).toBe(true);
});
