import { Client } from '@modelcontextprotocol/client';
import { StdioClientTransport } from '@modelcontextprotocol/client/stdio';
import { asText, type TestedClient, textOrError } from '../client.ts';

export const client: TestedClient = {
  packageName: '@modelcontextprotocol/client',
  asksUser: true,
  async open(server, askUser) {
    const sdk = new Client(
      { name: 'tested', version: '1' },
      {
        capabilities: askUser ? { elicitation: {} } : {},
        // Asks for the newest protocol first, and has to find that the server speaks an older one.
        versionNegotiation: { mode: 'auto' },
      },
    );
    if (askUser) {
      sdk.setRequestHandler('elicitation/create', ({ params }) => askUser(params.message));
    }
    await sdk.connect(new StdioClientTransport({ ...server, stderr: 'inherit' }));
    return {
      toolNames: async () => (await sdk.listTools()).tools.map(({ name }) => name),
      call: (name, args) =>
        textOrError(async () => {
          const { content } = await sdk.callTool({ name, arguments: args });
          return content
            .map((block) => (block.type === 'text' ? block.text : asText(block)))
            .join();
        }),
      resources: async () => (await sdk.listResources()).resources.map(({ uri }) => uri),
      close: () => sdk.close(),
    };
  },
};
