import {
  ListResourcesRequestSchema,
  ListResourceTemplatesRequestSchema,
  ReadResourceRequestSchema,
} from '@modelcontextprotocol/sdk/types.js';
import type { Redactor } from '../redact.ts';
import { appExtension } from '../resources/app.ts';
import type { Resource } from '../resources/resource.ts';
import { quoted } from '../visible.ts';
import type { Capability } from './capability.ts';
import { assertFirstPage } from './pages.ts';
import { RpcError, rpcCodes } from './rpc-error.ts';

/** Offers resources that clients can load. */
export function resourcesCapability(
  resources: readonly Resource[],
  redactor: Redactor,
): Capability {
  const listed = resources.map(({ read, ...shown }) => shown);
  return {
    declares: { resources: {}, extensions: { [appExtension]: {} } },
    register(server) {
      server.setRequestHandler(ListResourcesRequestSchema, ({ params }) => {
        assertFirstPage(params);
        return { resources: listed };
      });
      // There are none; but some clients drop all resources if this fails.
      server.setRequestHandler(ListResourceTemplatesRequestSchema, ({ params }) => {
        assertFirstPage(params);
        return { resourceTemplates: [] };
      });
      server.setRequestHandler(ReadResourceRequestSchema, async ({ params: { uri } }) => {
        const resource = resources.find((candidate) => candidate.uri === uri);
        if (!resource) {
          const message = redactor.text(`Unknown resource ${quoted(uri)}.`);
          throw new RpcError(rpcCodes.resourceNotFound, message);
        }
        const { mimeType, _meta } = resource;
        return { contents: [{ uri, mimeType, text: await resource.read(), _meta }] };
      });
    },
  };
}
