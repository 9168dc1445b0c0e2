import type { Audience } from '../segment/entities.ts';
import { AudiencesError, mayHaveTakenEffect } from '../segment/errors.ts';
import { systemReason } from '../system-reason.ts';
import { type AgreementContext, agree, type PlannedWrite } from './agreement.ts';
import type { AuditEntry, AuditLog } from './audit-log.ts';

/** What a write is carried out with. */
export interface WriteContext extends AgreementContext {
  auditLog: AuditLog | undefined;
}

/** What came of a write: the audience as it is now, null if it is gone. */
export interface WriteResult {
  audience: Audience | null;
}

/**
 * The one way of every write: agreement, then the sending, then a line in the audit log, which is on
 * the disk before the caller hears of the result.
 *
 * @param send does it; called at most once.
 * @throws what `agree` and `send` throw, and `audit_failed` where the log can't be written: before
 * anything is sent, if that is known by then.
 */
export async function carryOut<Result extends WriteResult>(
  plan: PlannedWrite,
  confirmation: string | undefined,
  context: WriteContext,
  send: () => Promise<Result>,
): Promise<Result> {
  const { write, before } = plan;
  const { auditLog } = context;
  await auditLog?.assertWritable();
  const entry = {
    tool: write.operation,
    space: write.spaceId,
    id: 'id' in write ? write.id : undefined,
    before,
    sent: 'input' in write ? write.input : undefined,
  };
  const record = (more: Pick<AuditEntry, 'outcome' | 'confirmed'> & Partial<AuditEntry>) =>
    auditLog?.append({ ...entry, ...more }).catch((cause: unknown) => {
      throw unrecorded({ ...entry, ...more }, cause);
    });
  let confirmed: Awaited<ReturnType<typeof agree>>;
  try {
    confirmed = await agree(plan, confirmation, context);
  } catch (error) {
    const code = error instanceof AudiencesError ? error.code : undefined;
    if (code !== 'confirmation_required') {
      const confirmed = code === 'declined' ? 'declined' : 'not_valid';
      await record({ outcome: 'not_done', error: said(error), confirmed });
    }
    throw error;
  }
  // A person may have taken minutes.
  if (confirmed === 'elicitation') await auditLog?.assertWritable();
  let result: Result;
  try {
    result = await send();
  } catch (error) {
    const outcome = mayHaveTakenEffect(error) ? 'unknown' : 'not_done';
    await record({ outcome, error: said(error), confirmed });
    throw error;
  }
  const { audience } = result;
  await record({ id: entry.id ?? audience?.id, outcome: 'done', confirmed, after: audience });
  return result;
}

function said(error: unknown): AuditEntry['error'] {
  const code = error instanceof AudiencesError ? error.code : 'internal_error';
  return { code, message: error instanceof Error ? error.message : String(error) };
}

function unrecorded(entry: AuditEntry, cause: unknown): AudiencesError {
  const effect = {
    done: 'The write took effect',
    not_done: 'The write had no effect',
    unknown: 'The write was sent, and whether it took effect is unknown',
  };
  const { outcome, before, after, error } = entry;
  const why = error ? ` (${error.message})` : '';
  return new AudiencesError(
    'audit_failed',
    `${effect[outcome]}${why}, but its line in the audit log could not be written (${systemReason(cause)}).`,
    {
      next: 'Do not repeat it. Tell the user, who has to look after the audit log (SEGMENT_AUDIT_LOG).',
      details: { outcome, audience: after ?? before, before },
    },
    { cause },
  );
}
