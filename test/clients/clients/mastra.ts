import { noopObserve } from '@mastra/core/tools';
import { MCPClient } from '@mastra/mcp';
import { pick, type TestedClient, textOrError } from '../client.ts';

export const client: TestedClient = {
  packageName: '@mastra/mcp',
  asksUser: true,
  async open(server, askUser) {
    const inputRequests = askUser && {
      inputRequests: async ({ params }: { params: { message: string } }) => askUser(params.message),
    };
    const mcp = new MCPClient({ servers: { segment: { ...server, ...inputRequests } } });
    const tools = await mcp.listTools();
    const named = Object.entries(tools).map(([name, tool]) => ({ name, tool }));
    return {
      toolNames: async () => Object.keys(tools),
      call: (name, args) =>
        textOrError(async () => pick(named, name).tool.execute?.(args, { observe: noopObserve })),
      async resources() {
        const { segment = [] } = await mcp.resources.list();
        return segment.map(({ uri }) => uri);
      },
      close: () => mcp.disconnect(),
    };
  },
};
