import { app } from './app.ts';
import { audienceTemplate } from './audience.ts';
import { graphTemplate } from './graph.ts';
import { overviewTemplate } from './overview.ts';
import { queryLanguage } from './query-language.ts';
import type { Resource, ResourceTemplate } from './resource.ts';

/** All resources, in the order in which clients show them. */
export const resources: readonly Resource[] = [queryLanguage, app];

/** All templates, in the order in which clients show them. */
export const resourceTemplates: readonly ResourceTemplate[] = [
  audienceTemplate,
  overviewTemplate,
  graphTemplate,
];
