import { McpError } from '@modelcontextprotocol/sdk/types.js';
import { expect, onTestFinished, test } from 'vitest';
import * as z from 'zod';
import { maxMermaidChars } from '../../src/pictures/mermaid.ts';
import type { Audience } from '../../src/segment/models/audience.ts';
import { builtOn } from '../support/graph-scene.ts';
import { type ConnectOptions, connect, fakeApi, secret } from '../support/in-memory.ts';

const contentsSchema = z.tuple([
  z.strictObject({ uri: z.string(), mimeType: z.string(), text: z.string() }),
]);
const uri = 'segment://spaces/spa_1/graph';

async function clientFor(audiences: readonly Audience[], options: ConnectOptions = {}) {
  const page = async () => ({ audiences: [...audiences], pagination: { next: null } });
  const client = await connect(fakeApi({ page }).api, options);
  onTestFinished(() => client.close());
  return client;
}

test('the graph of a space is a template, and one text in Mermaid', async () => {
  const client = await clientFor([builtOn('base', []), builtOn('top', ['base'])]);
  const { resourceTemplates } = await client.listResourceTemplates();
  expect(resourceTemplates.map(({ uriTemplate }) => uriTemplate)).toContain(
    'segment://spaces/{spaceId}/graph',
  );
  const { contents } = await client.readResource({ uri });
  const [{ mimeType, text }] = contentsSchema.parse(contents);
  expect(mimeType).toBe('text/vnd.mermaid');
  expect(text).toMatch(/^flowchart LR\n/);
  expect(text).toContain('n0 --> n1');
});

test('a space that is not allowed has none', async () => {
  const client = await clientFor([], { allowedSpaces: ['spa_2'] });
  const reading = client.readResource({ uri });
  await expect(reading).rejects.toThrow(McpError);
  await expect(reading).rejects.toMatchObject({ code: -32002 });
});

test('a secret in a name is removed before the name is cut and escaped', async () => {
  const names = [`A ${secret}`, `${'x'.repeat(50)} ${secret}`];
  const tops = names.map((name, n) => builtOn(`top${n}`, ['base'], { name }));
  const client = await clientFor([builtOn('base', []), ...tops]);
  const { contents } = await client.readResource({ uri });
  const [{ text }] = contentsSchema.parse(contents);
  expect(text).toContain('#91;redacted#93;');
  const beginning = secret
    .slice(0, 6)
    .replaceAll(/[^A-Za-z0-9]/g, (sign) => `#${sign.charCodeAt(0)};`);
  expect(text).not.toContain(beginning);
});

test('a large space is cut to what Mermaid draws', async () => {
  const many = Array.from({ length: 2000 }, (_, n) => builtOn(`k${n}`, n === 0 ? [] : ['k0']));
  const client = await clientFor(many);
  const { contents } = await client.readResource({ uri });
  const [{ text }] = contentsSchema.parse(contents);
  expect(text.length).toBeLessThanOrEqual(maxMermaidChars);
  expect(text).toContain('left out#58;');
});
