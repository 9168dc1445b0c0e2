import { beyond } from './beyond.ts';
import { changing } from './changing.ts';
import { finding } from './finding.ts';
import type { Story } from './story.ts';

/** Everyday requests, each in as few calls as `tools` says. */
export const stories: readonly Story[] = [...finding, ...changing, ...beyond];

/** An agent should never need more. */
export const maxCalls = 3;
