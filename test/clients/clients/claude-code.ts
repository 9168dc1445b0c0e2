import type { TestedProgram } from '../client.ts';
import { runAtHome } from '../command-line.ts';

export const client: TestedProgram = {
  packageName: '@anthropic-ai/claude-code',
  setupName: 'claude-code',
  file: 'written',
  hasAddCommand: true,
  list: (home) => runAtHome(home, 'claude mcp list'),
  isConnected: (printed) => /^segment-audiences: .* Connected$/m.test(printed),
};
