import packageJson from '../../package.json' with { type: 'json' };
import { type Setting, settings } from '../../src/config/settings.ts';
import type { Project } from '../project.ts';
import { addressesOf } from './addresses.ts';

/** An .mcpb attached to a release. */
export interface ReleasedMcpb {
  /** Its download address. */
  url: string;
  /** The digest of its bytes, in hexadecimal. */
  sha256: string;
}

/**
 * The server.json for the MCP registry, edition 2025-12-11.
 *
 * @param mcpb left out if there is none.
 * @throws an Error while the project has no owner: the name would be invented.
 */
export function serverJson(of: Project, mcpb?: ReleasedMcpb): object {
  const links = addressesOf(of);
  if (!links) throw new Error('src/project.ts names no owner: server.json needs one');
  const { name, version } = packageJson;
  const transport = { type: 'stdio' };
  return {
    $schema: 'https://static.modelcontextprotocol.io/schemas/2025-12-11/server.schema.json',
    name: links.mcpName,
    title: 'Segment audiences',
    description:
      'Manage Twilio Segment audiences: find, check, size, create, change and remove them.',
    version,
    repository: { url: links.page, source: 'github' },
    websiteUrl: links.homepage,
    packages: [
      {
        registryType: 'npm',
        identifier: name,
        version,
        runtimeHint: 'npx',
        transport,
        environmentVariables: Object.values(settings).map(variableOf),
      },
      ...(mcpb
        ? [{ registryType: 'mcpb', identifier: mcpb.url, fileSha256: mcpb.sha256, transport }]
        : []),
    ],
  };
}

/** A variable of the environment. None is required: the token may be in a file, or not needed. */
function variableOf(setting: Setting<unknown>): object {
  const { env, meaning, fallback, secret, argument } = setting;
  const choices = argument?.split('|') ?? [];
  return {
    name: env,
    description: meaning,
    isRequired: false,
    isSecret: secret ?? false,
    format: formatOf(setting),
    ...(choices.length > 1 && !argument?.includes('…') ? { choices } : {}),
    ...(fallback === undefined ? {} : { default: fallback }),
  };
}

function formatOf({ kind, flag, argument }: Setting<unknown>): string {
  if (kind !== undefined) return kind === 'path' ? 'filepath' : kind;
  return flag !== undefined && argument === undefined ? 'boolean' : 'string';
}
