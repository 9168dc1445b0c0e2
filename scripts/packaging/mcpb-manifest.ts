import packageJson from '../../package.json' with { type: 'json' };
import { settings } from '../../src/config/settings.ts';
import { registry } from '../../src/tools/registry.ts';
import { defaultToolsets } from '../../src/tools/toolsets.ts';
import type { Project } from '../project.ts';
import { addressesOf } from './addresses.ts';

/*
 * The manifest of the .mcpb, an extension that Claude Desktop installs with one click
 * (github.com/modelcontextprotocol/mcpb, MANIFEST.md, version 0.3).
 *
 * If the user leaves a field empty, a host passes its placeholder on unchanged. The program does
 * not start with a placeholder in a restricting setting, so each such field has a default;
 * --allowed-spaces, which has no value that means "all", is left out.
 *
 * Hosts start an extension as soon as it is installed, before its user has entered anything, and show
 * one that ends as failed: so it starts without a token, too.
 */

/** The settings that no field feeds. */
const fixed = { [settings.startWithoutToken.env]: '1' };

/** The fields of the form that the host shows: their texts, and the settings that they feed. */
const fields = {
  api_token: {
    setting: settings.token,
    form: {
      type: 'string',
      title: 'Public API token',
      description:
        'In Segment: Settings > Workspace settings > Access management > Tokens. Leave it empty if you use the sandbox.',
      sensitive: true,
      required: false,
    },
  },
  space_id: {
    setting: settings.space,
    form: {
      type: 'string',
      title: 'Default space',
      description: 'The id of a space, in Segment under Unify > Unify settings > API access.',
      required: false,
    },
  },
  region: {
    setting: settings.region,
    form: {
      type: 'string',
      title: 'Region',
      description: 'The region of the workspace: us or eu.',
      required: false,
      default: settings.region.fallback,
    },
  },
  read_only: {
    setting: settings.readOnly,
    form: {
      type: 'boolean',
      title: 'Read only',
      description:
        'Offer only tools that change nothing. Turn this off to create and edit audiences.',
      required: false,
      default: true,
    },
  },
  no_samples: {
    setting: settings.noSamples,
    form: {
      type: 'boolean',
      title: 'Hide personal data',
      description: 'Never show property values, trait values or member ids.',
      required: false,
      default: false,
    },
  },
  sandbox: {
    setting: settings.sandbox,
    form: {
      type: 'boolean',
      title: 'Sandbox',
      description: 'Try everything without a token, with a built-in stand-in for Segment.',
      required: false,
      default: false,
    },
  },
};

/** The folder of the program in the extension. */
export const serverFolder = 'server';

/** The file of the icon in the extension. */
export const iconFile = 'icon.png';

export function mcpbManifest(of: Project): object {
  const { name, version, description, license, keywords, engines } = packageJson;
  const links = addressesOf(of);
  const shown = defaultToolsets.flatMap((toolset) => registry[toolset]);
  const rows = Object.entries(fields);
  return {
    manifest_version: '0.3',
    name,
    display_name: 'Segment audiences',
    version,
    description,
    author: { name: `The ${name} authors`, ...(links ? { url: links.page } : {}) },
    ...(links
      ? {
          repository: { type: 'git', url: `${links.page}.git` },
          homepage: links.homepage,
          support: links.issues,
        }
      : {}),
    icon: iconFile,
    server: {
      type: 'node',
      entry_point: `${serverFolder}/main.js`,
      mcp_config: {
        command: 'node',
        args: [`\${__dirname}/${serverFolder}/main.js`],
        env: {
          ...Object.fromEntries(
            rows.map(([field, { setting }]) => [setting.env, `\${user_config.${field}}`]),
          ),
          ...fixed,
        },
      },
    },
    tools: shown.map((tool) => ({ name: tool.name, description: tool.title })),
    keywords,
    license,
    privacy_policies: ['https://www.twilio.com/en-us/legal/privacy'],
    compatibility: {
      platforms: ['darwin', 'linux', 'win32'],
      runtimes: { node: engines.node },
    },
    user_config: Object.fromEntries(rows.map(([field, { form }]) => [field, form])),
  };
}
