import { registry } from '../src/tools/registry.ts';

/** Where the module is that knows the tools without loading them. */
export const listFile = 'src/tools/listed.ts';

/** Its content. */
export function listModule(): string {
  const toolsets = Object.entries(registry).map(([toolset, tools]) => {
    const lines = tools.map(
      ({ name, hints }) => `    ${name}: '${hints.readOnlyHint ? 'reads' : 'writes'}',`,
    );
    return `  ${toolset}: {\n${lines.join('\n')}\n  },`;
  });
  return `/*
 * Generated from the tools by \`npm run generate\`; do not edit.
 */

/** The tools by toolset, in the order in which clients show them, and what each does. */
export const listed = {
${toolsets.join('\n')}
} as const;
`;
}
