import * as z from 'zod';
import { type ServerCommand, type TestedClient, textOrError } from '../client.ts';
import { runCommand } from '../command-line.ts';

const listSchema = z.object({ tools: z.array(z.object({ name: z.string() })) });

export const client: TestedClient = {
  packageName: 'mcporter',
  processPerCall: true,
  async open(server) {
    const stdio = stdioOptions(server);
    return {
      async toolNames() {
        const { tools } = listSchema.parse(
          JSON.parse(await runCommand('mcporter', ['list', ...stdio, '--json'])),
        );
        return tools.map(({ name }) => name);
      },
      call: (name, args) =>
        textOrError(() =>
          runCommand('mcporter', ['call', ...stdio, name, '--args', JSON.stringify(args)]),
        ),
      close: async () => {},
    };
  },
};

function stdioOptions({ command, args, env }: ServerCommand): string[] {
  return [
    ...['--name', 'segment', '--stdio', command],
    ...args.flatMap((arg) => ['--stdio-arg', arg]),
    ...Object.entries(env).flatMap(([name, value]) => ['--env', `${name}=${value}`]),
  ];
}
