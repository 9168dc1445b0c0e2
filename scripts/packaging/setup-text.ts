import packageJson from '../../package.json' with { type: 'json' };
import type { Project } from '../project.ts';
import { addressesOf, repositoryName } from './addresses.ts';

/*
 * What documents say about getting the program: from a clone, until the registry has the package. Until
 * then nothing names it there.
 */

const { name, version } = packageJson;
const latest = `npx -y ${name}@latest`;

/** How the README says to get a clone, before the command that runs the demo in it. */
export function freshClone(of: Project): string {
  const addresses = addressesOf(of);
  const watch = 'watch the server work through a scripted series of calls:';
  if (addresses === undefined) return `On a fresh clone, ${watch}\n`;
  return `Get a clone, and ${watch}

\`\`\`sh
git clone ${addresses.page}.git && cd ${repositoryName}
\`\`\`
`;
}

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

/** The ways to install the program other than by setup. */
export function otherWays({ published }: Project): string {
  const from = published
    ? `Each starts from a clone with \`npm ci\`, which builds the program. The plugins start the version of the registry that
they name; the \`.mcpb\` of a version is also attached to its release.`
    : 'Each starts from a clone with `npm ci`, which builds the program.';
  return `${from} Use either one of these or
\`setup\` for a client: with both, the client lists every tool twice.

- **An extension of Claude Desktop.** \`npm run mcpb\` makes \`dist-mcpb/${name}-${version}.mcpb\`. Open this file in
  Claude Desktop and choose _Install_. It asks for the token, and starts read-only until you turn that off in its form.
- **A plugin of Claude Code**, with a skill that teaches the query language:

  \`\`\`sh
  claude plugin marketplace add /path/to/${name}
  claude plugin install segment-audiences@${name}
  \`\`\`
- **A plugin of Codex**, the same:

  \`\`\`sh
  codex plugin marketplace add /path/to/${name}
  codex plugin add segment-audiences@${name}
  \`\`\`
- **A plugin of Cursor.** Copy the folder \`packaging/plugin\` to \`~/.cursor/plugins/local/segment-audiences\`, and
  restart Cursor.
- **An extension of Gemini CLI.** \`gemini extensions link /path/to/${name}\`
- **A container image**, over stdio. The client starts \`docker\` with the arguments of the second line:

  \`\`\`sh
  docker build -t ${name} .
  docker run -i --rm -e SEGMENT_API_TOKEN -e SEGMENT_SPACE_ID ${name}
  \`\`\`

Plugins and the image read the token from the environment in which the client is started; set \`SEGMENT_SANDBOX=1\` there
to try them without one. For \`docker run\`, name each variable with \`-e\`.
`;
}
