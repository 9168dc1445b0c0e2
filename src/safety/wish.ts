import type { Clock } from '../clock.ts';
import type { RequestPreview } from '../segment/api.ts';
import type { CallContext } from '../segment/call.ts';
import type { Input, OperationName, Output } from '../segment/contract.ts';
import type { EditionName } from '../segment/editions/row.ts';
import type { Audience } from '../segment/models/audience.ts';
import type { AgreementContext, ConfirmMode } from './agreement.ts';
import type { AuditTrail } from './audit-log.ts';
import type { NameReservations } from './duplicates.ts';
import type { LostCreates } from './lost-create.ts';
import type { WriteKind } from './question.ts';
import type { AudienceShape } from './snapshot.ts';
import type { ThingKind } from './thing.ts';
import type { Turns } from './turns.ts';

/** What a tool wants to be written, before anything is known of the state that it meets. */
export interface Wish<Name extends OperationName> {
  operation: Name;
  kind: WriteKind;
  /** The kind of thing that is written; an audience if left out. */
  about?: ThingKind;
  spaceId: string;
  /** The audience that is to be changed or removed; undefined for one that is to be made. */
  id?: string;
  /**
   * The input as far as it is known before anything is read: what the edition can't express is
   * refused before it costs a request.
   */
  draft: Input<Name>;
  /** Whether it deletes an audience, switches it off, or changes who is in it. */
  grave: boolean;
  /** Send nothing, show what would be sent. */
  dryRun?: boolean;
  /** The value that shows that the user agreed. */
  confirmation?: string;
  /** `updatedAt` as the caller read it; the write is refused if it has changed since. */
  expectedUpdatedAt?: string;
  /** Only for an audience that is to be made. */
  creation?: {
    name: string;
    /** Whether there may be another audience of this name. */
    allowDuplicate: boolean;
    /** The output for an audience that was found after the response was lost. */
    outputOf(found: Audience): Output<Name>;
  };
  /** What follows from it, as the user has to know it before they agree, each in a sentence. */
  consequences(edition: EditionName, after: AudienceShape | undefined): string[];
  /** Makes the write, given the audience as it is; undefined for one that is to be made. */
  plan(before: Audience | undefined): Promise<Plan<Name>>;
}

/** The write that a wish comes to. */
export interface Plan<Name extends OperationName> {
  input: Input<Name>;
  /** The audience as it would be; undefined for one that is to be removed. */
  after: AudienceShape | undefined;
  /** What speaks against it, as the user has to know it before they agree, each in a sentence. */
  warnings: readonly string[];
  /** What else the caller should know about it, in any case. */
  advice: readonly string[];
}

/** What a dry run shows. */
export interface Rehearsal {
  request: RequestPreview;
  needsConfirmation: boolean;
  before: Audience | null;
  after: AudienceShape | null;
}

/** What became of a wish. */
export type Outcome<Name extends OperationName> =
  | { kind: 'rehearsed'; rehearsal: Rehearsal; advice: string[] }
  | {
      kind: 'done';
      output: Output<Name>;
      /** The audience as it was before; undefined for one that was made. */
      before: Audience | undefined;
      /** Whether the response was lost, and the audience found all the same. */
      foundAfterLoss: boolean;
      /** The edition in which it was written. */
      edition: EditionName;
      /** The options as they were written in that edition. */
      options: AudienceShape['options'];
      advice: string[];
    };

/** What writes are carried out with; `call` is for all that comes before the sending. */
export interface WriteContext extends AgreementContext {
  /** What the agent called, for the audit log. */
  tool: string;
  /** The call under which the write is sent, and looked for where its response was lost. */
  sending: CallContext;
  mode: ConfirmMode;
  auditLog: AuditTrail | undefined;
  reservations: NameReservations;
  lostCreates: LostCreates;
  turns: Turns;
  clock: Clock;
}

/** Carries out what a tool wants to be written. */
export type CarryOut = <Name extends OperationName>(wish: Wish<Name>) => Promise<Outcome<Name>>;
