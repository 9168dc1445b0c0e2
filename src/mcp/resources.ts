import {
  ListResourcesRequestSchema,
  ListResourceTemplatesRequestSchema,
  ReadResourceRequestSchema,
} from '@modelcontextprotocol/sdk/types.js';
import { appExtension } from '../resources/app.ts';
import type { Asked, Resource, ResourceContext, ResourceTemplate } from '../resources/resource.ts';
import { askedFor } from '../resources/uri-template.ts';
import type { CallContext } from '../segment/call.ts';
import { AudiencesError, type ErrorCode } from '../segment/errors.ts';
import { problemOfId } from '../segment/ids.ts';
import { isSpaceAllowed } from '../segment/policy.ts';
import type { Redactor } from '../text/redact.ts';
import { cut, quoted } from '../text/visible.ts';
import type { Capability } from './capability.ts';
import type { ClientCall } from './client-call.ts';
import { assertFirstPage } from './pages.ts';
import type { Readings } from './readings.ts';
import { RpcError, rpcCodes } from './rpc-error.ts';

export interface ResourcesOptions {
  resources: readonly Resource[];
  /** Those that are offered. */
  templates: readonly ResourceTemplate[];
  /** The only spaces that may be used; undefined for all that the token reaches. */
  allowedSpaces: readonly string[] | undefined;
  contextOf(call: CallContext): ResourceContext;
  readings: Readings;
  redactor: Redactor;
}

/** One resource of a template. */
interface Meant {
  template: ResourceTemplate;
  asked: Asked;
}

/** What a resource that can't be read has in common with one that does not exist. */
const unknownCodes: readonly ErrorCode[] = ['not_found', 'space_not_allowed', 'invalid_input'];

/** Offers resources that clients can load: fixed ones, and those of templates. */
export function resourcesCapability(options: ResourcesOptions): Capability {
  const { resources, templates } = options;
  const listed = resources.map(({ read, ...shown }) => shown);
  const listedTemplates = templates.map(({ read, sameAs, ...shown }) => shown);
  return {
    declares: { resources: {}, extensions: { [appExtension]: {} } },
    register(server) {
      server.setRequestHandler(ListResourcesRequestSchema, ({ params }) => {
        assertFirstPage(params);
        return { resources: listed };
      });
      server.setRequestHandler(ListResourceTemplatesRequestSchema, ({ params }) => {
        assertFirstPage(params);
        return { resourceTemplates: listedTemplates };
      });
      server.setRequestHandler(ReadResourceRequestSchema, async ({ params: { uri } }, client) => {
        const resource = resources.find((candidate) => candidate.uri === uri);
        if (resource) {
          const { mimeType, _meta } = resource;
          return { contents: [{ uri, mimeType, text: await resource.read(), _meta }] };
        }
        const meant = meantBy(uri, options);
        if (!meant) throw unknown(uri, options);
        const text = await readOne(meant, { uri, client }, options);
        return { contents: [{ uri, mimeType: meant.template.mimeType, text }] };
      });
    },
  };
}

/** Which resource of a template is meant; undefined if there can be none, or it may not be read. */
function meantBy(uri: string, options: ResourcesOptions): Meant | undefined {
  for (const template of options.templates) {
    const asked = askedFor(template.uriTemplate, uri);
    if (!asked) continue;
    const isId = (id: string) => problemOfId(id) === undefined;
    const isSound = isId(asked.spaceId) && (asked.id === '' || isId(asked.id));
    return isSpaceAllowed(options, asked.spaceId) && isSound ? { template, asked } : undefined;
  }
  return undefined;
}

interface ReadRequest {
  uri: string;
  client: ClientCall;
}

/** @throws {RpcError} */
async function readOne(
  { template, asked }: Meant,
  { uri, client }: ReadRequest,
  options: ResourcesOptions,
): Promise<string> {
  const { readings, redactor, contextOf } = options;
  try {
    const request = { what: template.name, client };
    return redactor.text(
      await readings.run(request, (call) => template.read(asked, contextOf(call))),
    );
  } catch (error) {
    if (!(error instanceof AudiencesError)) throw error;
    if (unknownCodes.includes(error.code)) throw unknown(uri, options);
    const { message, data } = readings.shown(error);
    throw new RpcError(rpcCodes.internalError, message, data);
  }
}

/** More of an unknown URI is not repeated. */
const maxUriChars = 300;

/** The same for what does not exist and what may not be read. */
function unknown(uri: string, { redactor }: ResourcesOptions): RpcError {
  const message = redactor.text(`Unknown resource ${quoted(uri)}.`);
  const data = { uri: cut(redactor.text(uri), maxUriChars) };
  return new RpcError(rpcCodes.resourceNotFound, message, data);
}
