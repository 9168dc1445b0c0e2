import type * as z from 'zod';
import { audienceAnswerSchema, audiencesAnswerSchema, statusAnswerSchema } from './entities.ts';

/** What the client has to know about one operation of the API. */
export interface Operation {
  method: 'GET' | 'POST' | 'PATCH' | 'DELETE';
  /** The path below the base URL; `{name}` stands for one percent-encoded segment. */
  path: string;
  /** Requests that Segment allows per minute, token and sender address. */
  perMinute: number;
  /**
   * `repeatable`: a second identical request does no harm, so it may be sent again when the first
   * may have arrived. `once`: it is sent again only when the first surely had no effect.
   */
  resend: 'repeatable' | 'once';
  /** What stands under `data` in a successful answer. */
  answer: z.ZodType;
}

/** The media type that asks for this edition, in `Accept` and in `Content-Type`. */
export const mediaType = 'application/vnd.segment.v1alpha+json';

/** The five operations of the v1alpha edition; names, paths and limits as its reference states them. */
export const operations = {
  create_audience: {
    method: 'POST',
    path: '/spaces/{spaceId}/audiences',
    perMinute: 10,
    resend: 'once',
    answer: audienceAnswerSchema,
  },
  get_audience: {
    method: 'GET',
    path: '/spaces/{spaceId}/audiences/{id}',
    perMinute: 100,
    resend: 'repeatable',
    answer: audienceAnswerSchema,
  },
  list_audiences: {
    method: 'GET',
    path: '/spaces/{spaceId}/audiences',
    perMinute: 25,
    resend: 'repeatable',
    answer: audiencesAnswerSchema,
  },
  remove_audience_from_space: {
    method: 'DELETE',
    path: '/spaces/{spaceId}/audiences/{id}',
    perMinute: 20,
    resend: 'repeatable',
    answer: statusAnswerSchema,
  },
  update_audience_for_space: {
    method: 'PATCH',
    path: '/spaces/{spaceId}/audiences/{id}',
    perMinute: 10,
    resend: 'once',
    answer: audienceAnswerSchema,
  },
} as const satisfies Record<string, Operation>;

export type OperationName = keyof typeof operations;

export const operationNames = Object.keys(operations).filter(isOperationName);

/** Whether a word from outside names an operation. */
export function isOperationName(word: string): word is OperationName {
  return Object.hasOwn(operations, word);
}
