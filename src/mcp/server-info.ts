import type { Implementation } from '@modelcontextprotocol/sdk/types.js';
import { linksOf, project } from '../project.ts';
import { name, version } from '../version.ts';
import { icon } from './icon.ts';

/** By what the server introduces itself to clients. */
export const serverInfo: Implementation = {
  name,
  title: 'Segment audiences',
  version,
  description: 'Find, check, size, create and change the audiences of a Twilio Segment workspace.',
  websiteUrl: linksOf(project)?.homepage,
  icons: [icon],
};
