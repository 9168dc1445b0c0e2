import type { Handler } from '../operation.ts';
import { readSentPage, takeSentPage } from '../pages.ts';
import { workspace } from '../spaces.ts';

export const listActivations: Handler = (request) => {
  const { destinations } = request.space();
  const { id: audienceId, spaceId, definition } = request.audience();
  const page = request.query(readSentPage);
  const all = destinations.activations(audienceId).map(({ id, connectionId, ...activation }) => ({
    id,
    enabled: activation.enabled ?? true,
    workspaceId: workspace.id,
    spaceId,
    audienceId,
    connectionId,
    activationType: activation.type,
    activationName: activation.name,
    personalization: {
      profile: { properties: [] },
      entities: definition.level === 'linked' ? undefined : [],
    },
    performResync: false,
  }));
  const { items, pagination } = takeSentPage(all, page);
  return { activations: items, pagination };
};
