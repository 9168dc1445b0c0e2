import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import * as z from 'zod';
import { registry } from '../../../src/tools/registry.ts';
import { defaultToolsets } from '../../../src/tools/toolsets.ts';
import type { TestedProgram } from '../client.ts';
import { homeEnvironment, runAtHome } from '../command-line.ts';

/*
 * `codex mcp list` only reads the file; `codex app-server`, which editors start, connects to the
 * servers in it and lists their tools.
 */

const responseSchema = z.object({ id: z.literal(1), result: z.unknown() });

const statusSchema = z.object({
  data: z.array(z.object({ name: z.string(), tools: z.record(z.string(), z.unknown()) })),
});

const offered = defaultToolsets.flatMap((name) => registry[name]);

export const client: TestedProgram = {
  packageName: '@openai/codex',
  setupName: 'codex',
  file: { path: '.codex/config.toml' },
  hasAddCommand: true,
  async list(home) {
    return (await runAtHome(home, 'codex mcp list')) + JSON.stringify(await serversOf(home));
  },
  isConnected(printed) {
    return (
      /^segment-audiences /m.test(printed) &&
      offered.every(({ name }) => printed.includes(`"${name}"`))
    );
  },
};

/** The servers that it is connected to, with the names of their tools. */
async function serversOf(home: string): Promise<{ name: string; tools: string[] }[]> {
  const child = spawn('codex', ['app-server'], {
    cwd: home,
    env: homeEnvironment(home),
    stdio: ['pipe', 'pipe', 'ignore'],
  });
  const clientInfo = { name: 'segment-audiences-test', version: '1' };
  const messages = [
    { id: 0, method: 'initialize', params: { clientInfo } },
    { method: 'initialized' },
    { id: 1, method: 'mcpServerStatus/list', params: {} },
  ];
  for (const message of messages) child.stdin.write(`${JSON.stringify(message)}\n`);
  try {
    for await (const line of createInterface({ input: child.stdout })) {
      const response = responseSchema.safeParse(JSON.parse(line));
      if (!response.success) continue;
      const { data } = statusSchema.parse(response.data.result);
      return data.map((server) => ({ name: server.name, tools: Object.keys(server.tools) }));
    }
    throw new Error('codex app-server ended without a response');
  } finally {
    child.kill();
  }
}
