import { defineResource } from './resource.ts';

export const queryLanguage = defineResource({
  uri: 'segment://query-language',
  name: 'query-language',
  title: "Segment's audience query language",
  description: 'All functions of the language on one page, with an example for each',
  mimeType: 'text/markdown',
  async read() {
    const { cheatSheet } = await import('../query/index.ts');
    return cheatSheet();
  },
});
