/** A response before it is written to the wire. */
export interface Answer {
  status: number;
  headers: Record<string, string>;
  body: string;
}

/** One entry of the error envelope. */
export interface Problem {
  type: string;
  message: string;
  /** The path of the field at fault in the body or query, such as `definition.query`. */
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
  return { status, headers: {}, body: JSON.stringify(body) };
}

/** Thrown by a handler that does not do what was requested. */
export class Refusal extends Error {
  readonly answer: Answer;

  constructor(status: number, ...problems: Problem[]) {
    super(problems.map(({ message }) => message).join('; '));
    this.answer = failure(status, ...problems);
  }
}

/** Something that does not exist. @param message names its kind and id. */
export function notFound(message: string): Refusal {
  return new Refusal(404, { type: 'not-found', message });
}

export function noAudience(id: string): Refusal {
  return notFound(`There is no audience ${id} in this space`);
}

export function noSchedule(id: string): Refusal {
  return notFound(`There is no schedule ${id} of this audience`);
}

/** What can't be done now. The status 409 is a guess. */
export function conflict(message: string): Refusal {
  return new Refusal(409, { type: 'conflict', message });
}

/** The response in its content type. */
export function withContentType(given: Answer, contentType: string): Answer {
  return { ...given, headers: { 'content-type': contentType, ...given.headers } };
}
