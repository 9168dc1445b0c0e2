import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { TestedProgram } from '../client.ts';
import { runAtHome } from '../command-line.ts';

export const client: TestedProgram = {
  packageName: '@google/gemini-cli',
  setupName: 'gemini',
  file: 'written',
  hasAddCommand: true,
  // It starts no server in a folder that the user has not trusted.
  prepare(home) {
    const folder = join(home, '.gemini');
    mkdirSync(folder);
    writeFileSync(join(folder, 'trustedFolders.json'), JSON.stringify({ [home]: 'TRUST_FOLDER' }));
  },
  list: (home) => runAtHome(home, 'gemini mcp list'),
  isConnected: (printed) => /segment-audiences: .* - Connected$/m.test(printed),
};
