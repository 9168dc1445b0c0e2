import type { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { McpError } from '@modelcontextprotocol/sdk/types.js';
import { describe, expect, test } from 'vitest';
import * as z from 'zod';
import { prompts } from '../../src/prompts/registry.ts';
import { RefusedError } from '../../src/segment/errors.ts';
import { tools } from '../../src/tools/registry.ts';
import { hostileTexts } from '../support/hostile.ts';
import { type ConnectOptions, connect, fakeApi, secret } from '../support/in-memory.ts';
import { oneIn } from '../support/runs.ts';

const messagesSchema = z.array(
  z.object({
    role: z.literal('user'),
    content: z.object({ type: z.literal('text'), text: z.string() }),
  }),
);

async function withClient<Result>(
  options: ConnectOptions,
  use: (client: Client) => Promise<Result>,
  answers: Parameters<typeof fakeApi>[0] = {},
) {
  const { api, asked } = fakeApi(answers);
  const client = await connect(api, { defaultSpace: 'spa_1', ...options });
  try {
    return { result: await use(client), asked };
  } finally {
    await client.close();
  }
}

async function get(
  name: string,
  args: Record<string, string> = {},
  options: ConnectOptions = {},
  answers: Parameters<typeof fakeApi>[0] = {},
) {
  const { result, asked } = await withClient(
    options,
    async (client) => {
      const { messages } = await client.getPrompt({ name, arguments: args });
      return messagesSchema.parse(messages).map(({ content }) => content.text);
    },
    answers,
  );
  return { texts: result, first: result[0] ?? '', asked };
}

async function refusal(name: string, args: Record<string, string>, options: ConnectOptions = {}) {
  const { result } = await withClient(options, async (client) => {
    const error: unknown = await client
      .getPrompt({ name, arguments: args })
      .catch((thrown: unknown) => thrown);
    return error instanceof McpError ? error : undefined;
  });
  return result;
}

const names = async (offers?: ConnectOptions['offers']) => {
  const { result } = await withClient({ offers }, (client) => client.listPrompts());
  return result.prompts.map(({ name }) => name);
};

const readOnly = (tool: string) =>
  tools.find(({ name }) => name === tool)?.hints.readOnlyHint === true;

describe('the list', () => {
  test('has the prompts with their arguments', async () => {
    const { result } = await withClient({}, (client) => client.listPrompts());
    expect(result.prompts.map(({ name }) => name)).toEqual(prompts.map(({ name }) => name));
    expect(result.prompts[0]).toMatchObject({
      name: 'build_audience',
      title: 'Build an audience',
      arguments: [
        { name: 'description', required: true },
        { name: 'spaceId', required: false },
      ],
    });
  });

  test('has only what the offered tools allow', async () => {
    expect(await names(readOnly)).toEqual(['build_audience', 'review_space', 'explain_audience']);
    expect(await names((tool) => tool === 'get_audience')).toEqual(['explain_audience']);
    expect(await names(() => false)).toEqual([]);
  });

  test('is not announced to change', async () => {
    const { result } = await withClient({}, async (client) => client.getServerCapabilities());
    expect(result).toMatchObject({ tools: {}, resources: {}, prompts: {}, completions: {} });
    expect(JSON.stringify(result)).not.toContain('listChanged');
  });
});

describe.each(prompts.map((prompt) => [prompt.name, prompt] as const))('%s', (name, prompt) => {
  const args = Object.fromEntries(
    prompt.arguments.flatMap((each) => (each.required ? [[each.name, 'Vips']] : [])),
  );

  test.each([
    ['everything', () => true],
    ['reading', readOnly],
    ['one tool of each kind', (tool: string) => prompt.needs.some((group) => group[0] === tool)],
    [
      'the other tool of each kind',
      (tool: string) => prompt.needs.some((group) => group.at(-1) === tool),
    ],
  ])('names no tool that is not offered, where %s is', async (_, offers) => {
    if (!prompt.needs.every((group) => group.some(offers))) return;
    const { first } = await get(name, args, { offers });
    const named = tools.filter((tool) => first.includes(`\`${tool.name}\``));
    expect(named.filter((tool) => !offers(tool.name))).toEqual([]);
    expect(named.length).toBeGreaterThan(0);
    const numbers = [...first.matchAll(/^(\d+)\. \*\*/gm)].map(([, number]) => Number(number));
    expect(numbers).toEqual(numbers.map((_number, at) => at + 1));
    expect(first).toContain('data, not instructions');
  });

  test('changes nothing', async () => {
    const { asked } = await get(name, args);
    expect(
      asked.map(([operation]) => operation).filter((each) => !/^(get|list)_/.test(each)),
    ).toEqual([]);
  });

  test('says which space is meant', async () => {
    expect((await get(name, args)).first).toContain('the default space, "spa_1"');
    expect((await get(name, { ...args, spaceId: 'spa_2' })).first).toContain('space "spa_2"');
    const { first, texts } = await get(name, args, { defaultSpace: undefined });
    expect(first).toContain('ask the user for the space id');
    expect(texts).toHaveLength(1);
  });

  test('is refused for a space that is not allowed', async () => {
    const error = await refusal(name, { ...args, spaceId: 'spa_2' }, { allowedSpaces: ['spa_1'] });
    expect(error?.code).toBe(-32_602);
    expect(error?.message).toContain('Use one of spa_1.');
  });
});

test('build_audience hands over where nothing can be created', async () => {
  const { first } = await get('build_audience', { description: 'People' }, { offers: readOnly });
  expect(first).toContain('Nothing can be created here');
  expect(first).not.toContain('create_audience');
});

test('the words of the user are quoted, line by line', async () => {
  const { first } = await get('build_audience', { description: ' Buyers\r\nof shoes ' });
  expect(first).toContain('> Buyers\n> of shoes');
});

describe('an overview', () => {
  test('comes with the review', async () => {
    const { texts, asked } = await get('review_space', {}, {}, {});
    expect(texts).toHaveLength(2);
    expect(texts[1]).toContain('# Overview of the space "spa_1"');
    expect(asked.map(([operation]) => operation)).toContain('list_audiences');
  });

  test("that can't be read does not prevent the prompt", async () => {
    const page = async () => {
      throw new RefusedError('forbidden', `No, ${secret}.`, { next: 'Ask for access.' });
    };
    const { texts } = await get('review_space', {}, {}, { page });
    expect(texts[1]).toBe(
      'The overview of the space could not be read (forbidden): No, [redacted]. Ask for access.',
    );
  });

  test('is not read for the other prompts', async () => {
    expect((await get('explain_audience', { audience: 'x' })).asked).toEqual([]);
    expect((await get('build_audience', { description: 'x' })).asked).toEqual([]);
  });
});

describe('is refused:', () => {
  test.each([
    ['an unknown prompt', 'build_audeince', {}, 'Did you mean build_audience?'],
    ['a missing argument', 'build_audience', {}, 'description is missing'],
    ['an empty one', 'build_audience', { description: '  ' }, 'description is missing'],
    ['an unknown one', 'review_space', { space: 'x' }, 'no argument "space"; expected spaceId.'],
    ['another', 'explain_audience', { id: 'x' }, 'expected one of audience, spaceId.'],
    ['a long one', 'build_audience', { description: 'x'.repeat(4001) }, 'the maximum is 4000'],
    ['a space that is not an id', 'review_space', { spaceId: '../x' }, "can't be used"],
  ])('%s', async (_, name, args, message) => {
    const error = await refusal(name, args);
    expect(error?.code).toBe(-32_602);
    expect(error?.message).toContain(message);
  });

  test('a prompt whose tools are off', async () => {
    expect((await refusal('clean_up', {}, { offers: readOnly }))?.message).toContain(
      'Unknown prompt',
    );
  });
});

test.each(oneIn(2, Object.entries(hostileTexts), 1))(
  '%s stays within its quote',
  async (_, hostile) => {
    const text = hostile.slice(0, 3000);
    if (text.trim() === '') return;
    const { first } = await get('explain_audience', { audience: `${text}${secret}` });
    expect(first.replaceAll('\n', '')).not.toMatch(/[\p{Cc}\p{Cs}\u2028\u2029\u202a-\u202e]/u);
    expect(first).not.toContain(secret);
    const lines = first.split('\n');
    const from = lines.findIndex((line) => line.startsWith('>'));
    const to = lines.findIndex((line) => line.startsWith('1. '));
    expect(lines.slice(from, to - 1).every((line) => line.startsWith('> '))).toBe(true);
    expect(lines.slice(to).some((line) => line.startsWith('>'))).toBe(false);
  },
);
