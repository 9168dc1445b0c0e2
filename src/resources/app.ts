import { defineResource } from './resource.ts';

/*
 * The page that hosts of MCP Apps show with the results of tools (specification 2026-01-26).
 */

/** Where tools say that their page is. */
export const appUri = 'ui://segment-audiences/app.html';

/** The extension of the protocol, as capabilities name it. */
export const appExtension = 'io.modelcontextprotocol/ui';

/** The folder of the built program; the build defines it, and it is absent in the source. */
declare const PROGRAM_FOLDER: string | undefined;

export const app = defineResource({
  uri: appUri,
  name: 'app',
  title: 'Audiences',
  description: 'The page that a host shows with results: table, audience, query editor, agreement',
  mimeType: 'text/html;profile=mcp-app',
  // It loads nothing, so it declares no domains; its margins suit a frame.
  _meta: { ui: { prefersBorder: true } },
  async read() {
    const [{ readFile }, { join }] = await Promise.all([
      import('node:fs/promises'),
      import('node:path'),
    ]);
    const folder =
      typeof PROGRAM_FOLDER === 'string' ? PROGRAM_FOLDER : join(import.meta.dirname, '../../dist');
    return readFile(join(folder, 'app.html'), 'utf8');
  },
});
