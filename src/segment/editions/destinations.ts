import * as z from 'zod';
import { activationSchema, connectionSchema } from '../models/destination.ts';
import { paginationSchema } from '../models/pagination.ts';
import { everyRow } from '../models/rows.ts';
import { ofAudience } from './features.ts';
import { pageQuery } from './paged.ts';
import { alpha, type ReadRow } from './row.ts';

/*
 * Where an audience is sent. Source: Segment's API reference, tag Activations, which exists only in
 * alpha. The response has pagination only if the request had it.
 */

const audience = '/spaces/{spaceId}/audiences/{id}';
const ifNotFound = 'Check id and spaceId with get_audience.';
const pagination = () => paginationSchema.nullish();

export const connections: ReadRow<'list_destinations_from_audience'> = {
  method: 'GET',
  path: `${audience}/destination-connections`,
  mediaType: alpha,
  perMinute: 50,
  writes: false,
  resend: 'repeatable',
  query: pageQuery,
  output: z.lazy(() =>
    z.looseObject({ connections: everyRow(connectionSchema), pagination: pagination() }),
  ),
  feature: ofAudience('Audience destinations'),
  ifNotFound,
};

export const activations: ReadRow<'list_activations_from_audience'> = {
  method: 'GET',
  path: `${audience}/activations`,
  mediaType: alpha,
  perMinute: 60,
  writes: false,
  resend: 'repeatable',
  query: pageQuery,
  output: z.lazy(() =>
    z.looseObject({ activations: everyRow(activationSchema), pagination: pagination() }),
  ),
  feature: ofAudience('Audience activations'),
  ifNotFound,
};
