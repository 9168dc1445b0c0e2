import * as z from 'zod';
import { asText, type ServerCommand, type TestedClient, textOrError } from '../client.ts';
import { runCommand } from '../command-line.ts';

const listSchema = z.object({ tools: z.array(z.object({ name: z.string() })) });

export const client: TestedClient = {
  packageName: '@modelcontextprotocol/inspector',
  processPerCall: true,
  async open(server) {
    return {
      async toolNames() {
        const { tools } = listSchema.parse(JSON.parse(await inspect(server, 'tools/list')));
        return tools.map(({ name }) => name);
      },
      call: (name, args) =>
        textOrError(() => {
          const given = Object.entries(args).flatMap(([field, value]) => [
            '--tool-arg',
            `${field}=${asText(value)}`,
          ]);
          return inspect(server, 'tools/call', '--tool-name', name, ...given);
        }),
      close: async () => {},
    };
  },
};

function inspect({ command, args, env }: ServerCommand, method: string, ...more: string[]) {
  const settings = Object.entries(env).flatMap(([name, value]) => ['-e', `${name}=${value}`]);
  return runCommand('mcp-inspector', [
    '--cli',
    ...settings,
    command,
    ...args,
    '--method',
    method,
    ...more,
  ]);
}
