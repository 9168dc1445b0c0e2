import * as z from 'zod';
import { asText, type ServerCommand, type TestedClient, textOrError } from '../client.ts';
import { runCommand } from '../command-line.ts';

const resourcesSchema = z.object({ resources: z.array(z.object({ uri: z.string() })) });
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
      async resources() {
        const answer = JSON.parse(await inspect(server, 'resources/list'));
        return resourcesSchema.parse(answer).resources.map(({ uri }) => uri);
      },
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
