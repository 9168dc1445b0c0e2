/*
 * Imports nothing: start-up code reads this without loading the sandbox.
 */

/**
 * What the sandbox can simulate: today's Segment, which serves v1, v1beta and today's v1alpha, or
 * Segment as it was in 2024, when there was only v1alpha. The first is the default.
 */
export const sandboxEditions = ['v1', 'v1alpha'] as const;

export type SandboxEdition = (typeof sandboxEditions)[number];
