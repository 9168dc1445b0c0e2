import { createMCPClient, ElicitationRequestSchema } from '@ai-sdk/mcp';
import { Experimental_StdioMCPTransport as StdioTransport } from '@ai-sdk/mcp/mcp-stdio';
import { pick, type TestedClient, textOrError } from '../client.ts';

export const client: TestedClient = {
  packageName: '@ai-sdk/mcp',
  asksUser: true,
  async open(server, askUser) {
    const mcp = await createMCPClient({
      transport: new StdioTransport(server),
      capabilities: askUser ? { elicitation: {} } : {},
    });
    if (askUser) {
      mcp.onElicitationRequest(ElicitationRequestSchema, ({ params }) => askUser(params.message));
    }
    const tools = await mcp.tools();
    const named = Object.entries(tools).map(([name, tool]) => ({ name, tool }));
    return {
      toolNames: async () => Object.keys(tools),
      call: (name, args) =>
        textOrError(async () =>
          pick(named, name).tool.execute(args, { toolCallId: name, messages: [], context: {} }),
        ),
      resources: async () => (await mcp.listResources()).resources.map(({ uri }) => uri),
      close: () => mcp.close(),
    };
  },
};
