import { ConfigError } from '../../config/config.ts';
import type { Project } from '../../project.ts';
import { name, version } from '../../version.ts';
import type { ServerStart } from '../clients/entry.ts';

/** The running program, and how it was installed. */
export interface RunningProgram {
  platform: NodeJS.Platform;
  /** The Node that runs it. */
  node: string;
  /** Its main file, by its real path. */
  mainFile: string;
  project: Project;
}

/**
 * How a client starts the running program: by the paths of Node and the program, so that it depends
 * on no `PATH`, or by npx if npm may remove the program at any time.
 *
 * @throws {ConfigError} for a program that npm may remove, if the package is not published.
 */
export function startOf(
  { platform, node, mainFile, project }: RunningProgram,
  args: readonly string[],
  env: ServerStart['env'],
): ServerStart {
  if (!isTemporary(mainFile)) return { command: node, args: [mainFile, ...args], env };
  const byNpx = npxWords({ mainFile, project });
  if (!byNpx) {
    throw new ConfigError([
      `This copy is in a cache that may be emptied at any time. Install it first, with npm i -g ${name}-${version}.tgz, and run ${name} setup again.`,
    ]);
  }
  // On Windows npx is a script, which only a shell can start.
  const [command = '', ...rest] = platform === 'win32' ? ['cmd', '/c', ...byNpx] : byNpx;
  return { command, args: [...rest, ...args], env };
}

/** The words that start a program which npm may remove; undefined if that is not so, or it is not published. */
export function npxWords({
  mainFile,
  project,
}: Pick<RunningProgram, 'mainFile' | 'project'>): readonly string[] | undefined {
  const isByNpx = isTemporary(mainFile) && project.published;
  return isByNpx ? ['npx', '-y', `${name}@${version}`] : undefined;
}

/** Whether a path is in a cache of npx, pnpm dlx, yarn dlx or bunx. */
function isTemporary(path: string): boolean {
  return path
    .split(/[\\/]/)
    .some((part) => ['_npx', 'dlx'].includes(part) || /^(dlx|bunx)-/.test(part));
}
