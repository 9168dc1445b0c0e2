import { createMcpClient } from '@genkit-ai/mcp';
import { genkit } from 'genkit';
import { pick, type TestedClient, textOrError } from '../client.ts';

export const client: TestedClient = {
  packageName: '@genkit-ai/mcp',
  async open(server) {
    const ai = genkit({});
    const mcp = createMcpClient({ name: 'segment', mcpServer: server });
    await mcp.ready();
    const tools = (await mcp.getActiveTools(ai)).map((tool) => ({
      name: tool.__action.name,
      tool,
    }));
    // Drops all of them when the server does not answer resources/templates/list.
    const resources = await mcp.getActiveResources(ai);
    return {
      async toolNames() {
        if (resources.length === 0) throw new Error('the tools are offered, but no resource');
        return tools.map(({ name }) => name);
      },
      call: (name, args) => textOrError(() => pick(tools, name).tool(args)),
      close: () => mcp.disable(),
    };
  },
};
