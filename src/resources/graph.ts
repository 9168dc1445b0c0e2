import { defineTemplate } from './resource.ts';

export const graphTemplate = defineTemplate({
  uriTemplate: 'segment://spaces/{spaceId}/graph',
  name: 'space-graph',
  title: 'Who builds on whom in a space',
  description:
    'Which audiences of a space are built on which, as a Mermaid flowchart: with status and size; cycles and missing keys are marked',
  // As Mermaid recommends (https://mermaid.js.org/ecosystem/integrations-create.html).
  mimeType: 'text/vnd.mermaid',
  sameAs: ['find_audiences', 'list_audiences'],
  async read({ spaceId }, context) {
    const { drawGraph } = await import('./graph-picture.ts');
    return drawGraph(spaceId, context);
  },
});
