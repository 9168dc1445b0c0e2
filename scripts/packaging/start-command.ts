import packageJson from '../../package.json' with { type: 'json' };
import type { Project } from '../project.ts';

/** How a client starts a program. */
export interface StartCommand {
  command: string;
  args: string[];
}

/**
 * How a client starts the server: with npx in exactly this version, once the registry has it; until
 * then with Node from a build.
 *
 * @param root the folder of the plugin or extension, as the client writes it; its `dist` contains
 * the build.
 */
export function startCommand({ published }: Project, root: string): StartCommand {
  return published ? npxCommand() : { command: 'node', args: [`${root}/dist/main.js`] };
}

/** Starts this version from the registry; only for files that are made once it is published. */
export function npxCommand(): StartCommand {
  return { command: 'npx', args: ['-y', `${packageJson.name}@${packageJson.version}`] };
}
