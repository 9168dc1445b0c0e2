import { MultiServerMCPClient } from '@langchain/mcp-adapters';
import { pick, type TestedClient, textOrError } from '../client.ts';

export const client: TestedClient = {
  packageName: '@langchain/mcp-adapters',
  async open(server) {
    const mcp = new MultiServerMCPClient({ segment: { transport: 'stdio', ...server } });
    const tools = await mcp.getTools();
    return {
      toolNames: async () => tools.map(({ name }) => name),
      call: (name, args) => textOrError(() => pick(tools, name).invoke(args)),
      async resources() {
        const { segment = [] } = await mcp.listResources('segment');
        return segment.map(({ uri }) => uri);
      },
      close: () => mcp.close(),
    };
  },
};
