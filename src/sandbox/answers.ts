import { mediaType } from './operations.ts';

/** An answer before it is written to the wire. */
export interface Answer {
  status: number;
  headers: Record<string, string>;
  body: string;
}

/** One entry of the error envelope. */
export interface Problem {
  type: string;
  message: string;
  /** The path of the body's or query's field at fault, such as `definition.query`. */
  field?: string;
  data?: Record<string, number>;
}

/** The success envelope. */
export function success(data: object): Answer {
  return answer(200, { data });
}

/** The error envelope. */
export function failure(status: number, ...errors: Problem[]): Answer {
  return answer(status, { errors });
}

function answer(status: number, body: object): Answer {
  return { status, headers: { 'content-type': mediaType }, body: JSON.stringify(body) };
}
