import { getAllMcpTools, MCPServerStdio, RunContext } from '@openai/agents';
import { pick, type TestedClient, textOrError } from '../client.ts';

export const client: TestedClient = {
  packageName: '@openai/agents',
  async open(server) {
    const mcp = new MCPServerStdio({ ...server, name: 'segment' });
    await mcp.connect();
    // As an agent does that insists on strict schemas: its model gives every field, null for “none”.
    const offered = await getAllMcpTools({ mcpServers: [mcp], convertSchemasToStrict: true });
    const tools = offered.filter((tool) => tool.type === 'function');
    return {
      toolNames: async () => tools.map(({ name }) => name),
      call: (name, args) =>
        textOrError(() => {
          const tool = pick(tools, name);
          const nulls = Object.keys(tool.parameters.properties).map((field) => [field, null]);
          const all = { ...Object.fromEntries(nulls), ...args };
          return tool.invoke(new RunContext(), JSON.stringify(all));
        }),
      resources: async () => (await mcp.listResources()).resources.map(({ uri }) => uri),
      close: () => mcp.close(),
    };
  },
};
