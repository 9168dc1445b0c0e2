import { mcpToTool } from '@google/genai';
import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { StdioClientTransport } from '@modelcontextprotocol/sdk/client/stdio.js';
import { ElicitRequestSchema } from '@modelcontextprotocol/sdk/types.js';
import { type TestedClient, textOrError } from '../client.ts';

export const client: TestedClient = {
  packageName: '@google/genai',
  asksUser: true,
  async open(server, askUser) {
    const sdk = new Client(
      { name: 'tested', version: '1' },
      { capabilities: askUser ? { elicitation: {} } : {} },
    );
    if (askUser) {
      sdk.setRequestHandler(ElicitRequestSchema, ({ params }) => askUser(params.message));
    }
    await sdk.connect(new StdioClientTransport(server));
    const tool = mcpToTool(sdk);
    return {
      async toolNames() {
        const { functionDeclarations = [] } = await tool.tool();
        return functionDeclarations.map(({ name = '' }) => name);
      },
      call: (name, args) => textOrError(() => tool.callTool([{ name, args }])),
      close: () => sdk.close(),
    };
  },
};
