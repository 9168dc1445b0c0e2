import type { ReadResourceResult, Resource } from '@modelcontextprotocol/sdk/types.js';

/*
 * What clients can load beside the tools.
 */

const languageUri = 'segment://query-language';

export const resources: Resource[] = [
  {
    uri: languageUri,
    name: 'query-language',
    title: "Segment's audience query language",
    description: 'All functions of the language on one page, with an example for each',
    mimeType: 'text/markdown',
  },
];

/** @returns undefined for a resource that there is not. */
export async function readResource(uri: string): Promise<ReadResourceResult | undefined> {
  if (uri !== languageUri) return undefined;
  const { cheatSheet } = await import('../query/index.ts');
  return { contents: [{ uri, mimeType: 'text/markdown', text: cheatSheet() }] };
}
