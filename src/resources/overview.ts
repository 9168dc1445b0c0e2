import { defineTemplate } from './resource.ts';

export const overviewTemplate = defineTemplate({
  uriTemplate: 'segment://spaces/{spaceId}/overview',
  name: 'space-overview',
  title: 'Overview of a space',
  description:
    'All audiences of a space on a page: counts by status, type and cadence, the ten largest, and what deserves a look',
  mimeType: 'text/markdown',
  sameAs: ['find_audiences', 'list_audiences'],
  async read({ spaceId }, context) {
    const { readOverview } = await import('./overview-page.ts');
    return readOverview(spaceId, context);
  },
});
