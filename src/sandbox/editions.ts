/*
 * Imports nothing: start-up code reads this without loading the sandbox.
 */

/**
 * What the sandbox can be: today's Segment, which answers v1, v1beta and today's v1alpha, or Segment
 * as the seed describes it, when there was v1alpha alone. The first is the default.
 */
export const sandboxEditions = ['v1', 'v1alpha'] as const;

export type SandboxEdition = (typeof sandboxEditions)[number];
