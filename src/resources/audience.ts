import { defineTemplate } from './resource.ts';

export const audienceTemplate = defineTemplate({
  uriTemplate: 'segment://spaces/{spaceId}/audiences/{id}',
  name: 'audience',
  title: 'Audience',
  description: 'One audience on a page: its definition, what that means, status, size, options',
  mimeType: 'text/markdown',
  sameAs: ['get_audience'],
  async read(asked, { api, call }) {
    const { audience } = await api.send('get_audience', asked, call);
    const { audiencePage } = await import('./audience-page.ts');
    return audiencePage(audience);
  },
});
