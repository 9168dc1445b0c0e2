import { join } from 'node:path';
import type { TestedProgram } from '../client.ts';
import { runAtHome } from '../command-line.ts';
import { clientsFolder } from '../install.ts';

/** The program without `opencode-ai`, which only selects one of these by platform. */
const packageName = 'opencode-linux-x64-baseline';
const program = join(clientsFolder, 'node_modules', packageName, 'bin/opencode');

export const client: TestedProgram = {
  packageName,
  setupName: 'opencode',
  file: 'written',
  hasAddCommand: false,
  list: (home) => runAtHome(home, `"${program}" mcp list`),
  isConnected: (printed) => /segment-audiences connected/.test(printed),
};
