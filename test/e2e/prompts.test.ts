import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import * as z from 'zod';
import { secret } from '../support/in-memory.ts';
import { type Session, startSession } from '../support/program.ts';

/* Prompts, completions and resources of the built program, to the SDK's own client. */

const space = 'spa_shop_production';
const textsSchema = z.array(z.object({ content: z.object({ text: z.string() }) }));

let session: Session;
beforeAll(async () => {
  session = await startSession(['--sandbox', '--plan-limit', '41']);
});
afterAll(() => session.close());

const textsOf = async (name: string, args: Record<string, string> = {}) => {
  const { messages } = await session.client.getPrompt({ name, arguments: args });
  return textsSchema.parse(messages).map(({ content }) => content.text);
};
const read = async (uri: string) => {
  const { contents } = await session.client.readResource({ uri });
  return z.tuple([z.object({ mimeType: z.string(), text: z.string() })]).parse(contents)[0];
};
const complete = async (name: string, value: string) => {
  const { completion } = await session.client.complete({
    ref: { type: 'ref/prompt', name: 'explain_audience' },
    argument: { name, value },
  });
  return completion.values;
};

test('the server says who it is', () => {
  const info = session.client.getServerVersion();
  expect(info).toMatchObject({ name: 'segment-audiences-mcp', title: 'Segment audiences' });
  const [icon] = info?.icons ?? [];
  expect(icon).toMatchObject({ mimeType: 'image/png', sizes: ['48x48'] });
  expect(icon?.src).toMatch(/^data:image\/png;base64,/);
  expect(JSON.stringify(session.client.getServerCapabilities())).not.toContain('listChanged');
});

describe('prompts', () => {
  test('are four', async () => {
    const { prompts } = await session.client.listPrompts();
    const names = ['build_audience', 'review_space', 'explain_audience', 'clean_up'];
    expect(prompts.map(({ name }) => name)).toEqual(names);
  });

  test('begin a review with the overview of the space', async () => {
    const [text, overview] = await textsOf('review_space');
    expect(text).toContain(`the default space, "${space}"`);
    expect(overview).toContain('40 audiences, read at');
    expect(overview).toContain(
      'The space has 40 audiences, 6 of them disabled; the plan includes 41.',
    );
  });

  test('say what the user wants', async () => {
    const [text] = await textsOf('build_audience', { description: 'Buyers of shoes' });
    expect(text).toContain('> Buyers of shoes');
  });
});

test('resources are read by their templates', async () => {
  const { resourceTemplates } = await session.client.listResourceTemplates();
  expect(resourceTemplates.map(({ uriTemplate }) => uriTemplate)).toEqual(
    expect.arrayContaining([
      'segment://spaces/{spaceId}/audiences/{id}',
      'segment://spaces/{spaceId}/overview',
    ]),
  );
  const one = await read(`segment://spaces/${space}/audiences/aud_000000105`);
  expect(one.text).toContain('# Audience "Vienna: customers"');
  const gone = `segment://spaces/${space}/audiences/aud_x`;
  await expect(read(gone)).rejects.toMatchObject({ code: -32_002 });
});

test('suggestions come from what was read', async () => {
  await read(`segment://spaces/${space}/overview`);
  expect(await complete('spaceId', 'shop')).toContain(space);
  expect(await complete('audience', 'vienna: c')).toEqual(['Vienna: customers']);
});

test('with --read-only, there is nothing that cleans up', async () => {
  await using other = await startSession(['--sandbox', '--read-only']);
  const { prompts } = await other.client.listPrompts();
  const names = ['build_audience', 'review_space', 'explain_audience'];
  expect(prompts.map(({ name }) => name)).toEqual(names);
});

test('what Segment does not answer is an error with a way out', async () => {
  const args = ['--api-url', 'http://127.0.0.1:9', '--space', 'spa_1', '--max-wait-ms', '0'];
  await using other = await startSession(args, { SEGMENT_API_TOKEN: secret });
  const uri = 'segment://spaces/spa_1/overview';
  await expect(other.client.readResource({ uri })).rejects.toMatchObject({
    code: -32_603,
    data: { code: 'unreachable', next: expect.any(String) },
  });
  const { messages } = await other.client.getPrompt({ name: 'clean_up' });
  expect(JSON.stringify(messages)).toContain('could not be read (unreachable)');
});

test('a plan with no number is refused', async () => {
  await expect(startSession(['--sandbox', '--plan-limit', 'many'])).rejects.toThrow();
});
