import {
  type CompleteRequest,
  CompleteRequestSchema,
  type CompleteResult,
} from '@modelcontextprotocol/sdk/types.js';
import type { ArgumentKind, Prompt } from '../prompts/prompt.ts';
import type { ResourceTemplate } from '../resources/resource.ts';
import { variablesIn } from '../resources/uri-template.ts';
import type { Suggestible } from '../space/suggestions.ts';
import type { Redactor } from '../text/redact.ts';
import { quoted } from '../text/visible.ts';
import type { Capability } from './capability.ts';
import { RpcError, rpcCodes } from './rpc-error.ts';

export interface CompletionsOptions {
  /** Those that are offered. */
  prompts: readonly Prompt[];
  templates: readonly ResourceTemplate[];
  /** The space for values that name none. */
  defaultSpace: string | undefined;
  /** The spaces that may be used, as far as they are known. */
  spaces(): readonly string[];
  /** The audiences of a space, as far as they are known and may be shown. */
  audiencesOf(spaceId: string): Iterable<Suggestible>;
  redactor: Redactor;
}

/** The protocol's maximum. */
const maxValues = 100;

/**
 * Suggests values for arguments of prompts and variables of resource templates, from what is known
 * already: nothing is ever sent to Segment for it.
 */
export function completionsCapability(options: CompletionsOptions): Capability {
  return {
    declares: { completions: {} },
    register(server) {
      server.setRequestHandler(CompleteRequestSchema, async ({ params }) => {
        const values = await valuesFor(params, options);
        return { completion: shown(values, options.redactor) };
      });
    },
  };
}

function shown(values: readonly string[], redactor: Redactor): CompleteResult['completion'] {
  // A value with a secret in it would not be found again.
  const usable = [...new Set(values)].filter((value) => redactor.text(value) === value);
  return {
    values: usable.slice(0, maxValues),
    total: usable.length,
    hasMore: usable.length > maxValues,
  };
}

type Params = CompleteRequest['params'];

async function valuesFor(params: Params, options: CompletionsOptions): Promise<readonly string[]> {
  const { argument, context } = params;
  const { kind, isId } = kindOf(params, options);
  if (kind === 'text') return [];
  if (kind === 'space') {
    const part = argument.value.trim().toLowerCase();
    return options.spaces().filter((id) => id.toLowerCase().includes(part));
  }
  const space = context?.arguments?.spaceId || options.defaultSpace;
  if (space === undefined) return [];
  const { suggestAudiences } = await import('../space/suggestions.ts');
  return suggestAudiences(argument.value, options.audiencesOf(space), isId ? 'id' : 'name');
}

/** What a value stands for. @throws {RpcError} for what is not offered. */
function kindOf(
  { ref, argument }: Params,
  { prompts, templates, redactor }: CompletionsOptions,
): { kind: ArgumentKind; isId: boolean } {
  const unknown = (what: string) =>
    new RpcError(
      rpcCodes.invalidParams,
      redactor.text(`completion/complete: there is no ${what}.`),
    );
  if (ref.type === 'ref/prompt') {
    const prompt = prompts.find(({ name }) => name === ref.name);
    if (!prompt) throw unknown(`prompt ${quoted(ref.name)}`);
    const found = prompt.arguments.find(({ name }) => name === argument.name);
    if (!found) throw unknown(`argument ${quoted(argument.name)} of ${prompt.name}`);
    return { kind: found.kind, isId: false };
  }
  const template = templates.find(({ uriTemplate }) => uriTemplate === ref.uri);
  if (!template) throw unknown(`resource template ${quoted(ref.uri)}`);
  if (!variablesIn(template.uriTemplate).includes(argument.name)) {
    throw unknown(`variable ${quoted(argument.name)} in ${template.uriTemplate}`);
  }
  return { kind: argument.name === 'spaceId' ? 'space' : 'audience', isId: true };
}
