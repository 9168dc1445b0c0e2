import { MCPClient } from 'mcp-use/client';
import { asText, type TestedClient, textOrError } from '../client.ts';

export const client: TestedClient = {
  packageName: 'mcp-use',
  asksUser: true,
  async open(server, askUser) {
    const mcp = new MCPClient(
      { mcpServers: { segment: server } },
      askUser && { onElicitation: async ({ message }) => askUser(message) },
    );
    const session = await mcp.createSession('segment');
    return {
      toolNames: async () => (await session.listTools()).map(({ name }) => name),
      call: (name, args) =>
        textOrError(async () => {
          const { content } = await session.callTool(name, args);
          return content
            .map((block) => (block.type === 'text' ? block.text : asText(block)))
            .join();
        }),
      resources: async () => (await session.listAllResources()).resources.map(({ uri }) => uri),
      close: () => mcp.closeAllSessions(),
    };
  },
};
