import * as z from 'zod';
import { text } from './lenient.ts';

/** A space of the workspace (model `Space`). */
export const spaceSchema = z.lazy(() =>
  z.looseObject({ id: z.string(), slug: text(), name: text() }),
);
export type Space = z.infer<typeof spaceSchema>;

/** The workspace that a token belongs to (model `Workspace`). */
export const workspaceSchema = z.lazy(() =>
  z.looseObject({ id: z.string(), slug: text(), name: text() }),
);
export type Workspace = z.infer<typeof workspaceSchema>;
