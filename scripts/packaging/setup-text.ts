import packageJson from '../../package.json' with { type: 'json' };
import type { Project } from '../project.ts';

/*
 * What documents say about getting the program: from a clone, until the registry has the package. Until
 * then nothing names it there.
 */

const { name, version } = packageJson;
const latest = `npx -y ${name}@latest`;

/** The command of the README that sets a client up. */
export function setupCommand({ published }: Project): string {
  const [before, command] = published
    ? ['One', latest]
    : ['After `npm ci`, one', 'node dist/main.js'];
  return `${before} command adds the server to a client:

\`\`\`sh
${command} setup claude-desktop --write
\`\`\`
`;
}

/** How the README says to get the command that the documents name. */
export function commandInShell({ published }: Project): string {
  if (published) {
    return `The documents call the program \`${name}\`. To have that command in your shell, run
\`npm install --global ${name}\`; or write \`${latest}\` instead.
`;
  }
  return `The documents call the program \`${name}\`. To have that command in your shell, run \`npm install --global .\`
in the clone, which must stay where it is; or write \`node dist/main.js\` instead.
`;
}

/** The same, in the page on set-up. */
export function programOfSetup({ published }: Project): string {
  if (published) {
    return `**The program.** \`npm install --global ${name}\` puts the command \`${name}\` on
your \`PATH\`; without it, write \`${latest}\` wherever this page says \`${name}\`.
`;
  }
  return `**The program.** In a clone, \`npm ci\` builds it. \`npm install --global .\` then puts the command
\`${name}\` on your \`PATH\`; without it, write \`node dist/main.js\` wherever this page says \`${name}\`.
`;
}

/** What setup does with a copy that may disappear: see src/commands/setup/start.ts. */
export function setupByNpx({ published }: Project): string {
  const copy =
    '**With npx.** A copy in the cache of npx, pnpm dlx, yarn dlx or bunx may disappear at any time, so setup';
  if (published) {
    return `${copy}
writes an entry that starts this version with \`npx -y ${name}@${version}\` (on Windows through \`cmd /c\`).
After an update, run setup again. For a server that starts faster, and without the registry, install the program.
`;
  }
  return `${copy} refuses
to use it. Install the program first: \`npm i -g ./${name}-${version}.tgz\`, the file that \`npm pack\` makes.
`;
}
