import type { Tool } from './tool.ts';

/** The tools that read whose results the app can show; it can show those of all that write. */
const shown: ReadonlySet<string> = new Set([
  'find_audiences',
  'list_audiences',
  'get_audience',
  'preview_audience',
  'check_audience_query',
]);

/** Whether hosts of MCP Apps are to show the results of a tool in the app. */
export function isShownInApp({ name, hints }: Pick<Tool, 'name' | 'hints'>): boolean {
  return shown.has(name) || !hints.readOnlyHint;
}
