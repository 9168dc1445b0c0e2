/** The outcome of a check: only `fail` keeps the server from working. */
export type Status = 'ok' | 'warn' | 'fail' | 'skipped';

/** What a check found. */
export interface Finding {
  status: Status;
  /** In complete sentences, without secrets. */
  message: string;
  /** What to do about it. */
  next?: string;
  /** The subject, if a check finds several things: part of its id. */
  part?: string;
}

export const ok = (message: string): Finding => ({ status: 'ok', message });
export const skipped = (message: string, next?: string): Finding =>
  next === undefined ? { status: 'skipped', message } : { status: 'skipped', message, next };
export const warn = (message: string, next: string): Finding => ({ status: 'warn', message, next });
export const fail = (message: string, next: string): Finding => ({ status: 'fail', message, next });

/** For an error that no check expects: the others have their results all the same. */
export function unexpected(error: unknown): Finding {
  const reason = error instanceof Error ? error.message : String(error);
  return fail(`This check itself failed: ${reason}`, 'Report it with this output.');
}
