import * as z from 'zod';
import { flag, lenient, text } from './lenient.ts';

/*
 * Where an audience is sent. Closed on purpose: destination settings may contain secrets, so they
 * are not even read.
 */

/** One destination that an audience is connected to (model `SimpleDestination`). */
export const connectionSchema = z.lazy(() =>
  z.object({
    id: z.string(),
    destinationId: text(),
    name: text(),
    metadata: lenient(z.object({ name: text(), slug: text() })),
    enabled: flag(),
  }),
);
export type Connection = z.infer<typeof connectionSchema>;

/** What is sent through a connection, and when (model `ActivationOutput`). */
export const activationSchema = z.lazy(() =>
  z.object({
    id: z.string(),
    // Numbers are written like the ids of connections.
    connectionId: lenient(z.union([z.string(), z.number().transform(String)])),
    activationType: text(),
    activationName: text(),
    displayName: text(),
    enabled: flag(),
  }),
);
export type Activation = z.infer<typeof activationSchema>;
