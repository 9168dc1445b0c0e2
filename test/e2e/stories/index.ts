import { beyond } from './beyond.ts';
import { changing as changingAudiences } from './changing.ts';
import { finding } from './finding.ts';
import type { Story } from './story.ts';

export { finding };

/** Those that may change something. */
export const changing: readonly Story[] = [...changingAudiences, ...beyond];

/** Everyday requests, each in as few calls as `tools` says. */
export const stories: readonly Story[] = [...finding, ...changing];

/** An agent should never need more. */
export const maxCalls = 3;
