import { createMcpClient } from '@genkit-ai/mcp';
import { genkit } from 'genkit';
import { asText, pick, type TestedClient, textOrError } from '../client.ts';

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
    return {
      toolNames: async () => tools.map(({ name }) => name),
      call: (name, args) => textOrError(() => pick(tools, name).tool(args)),
      // Has none when the server does not answer resources/templates/list.
      resources: async () =>
        (await mcp.getActiveResources(ai)).map((resource) => asText(resource.__action.metadata)),
      close: () => mcp.disable(),
    };
  },
};
