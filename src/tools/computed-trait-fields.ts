import * as z from 'zod';
import { id, query } from './fields.ts';

/*
 * Input fields that the tools for computed traits share.
 */

const levels = ['users', 'accounts'] as const;

export const traitId = id.describe('Computed trait id');

/** A definition that results in a value. */
export const traitQuery = query.describe("Scalar, e.g. event('Shoes Bought').count()");

/** Segment's references write the type in either case. */
export const traitType = z
  .string()
  .toLowerCase()
  .pipe(z.enum(levels))
  .meta({ enum: levels })
  .default('users')
  .describe('Level of the definition');
