import { app } from './app.ts';
import { queryLanguage } from './query-language.ts';
import type { Resource } from './resource.ts';

/** All resources, in the order in which clients show them. */
export const resources: readonly Resource[] = [queryLanguage, app];
