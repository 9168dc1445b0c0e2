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

/** What a tool wants to write, before the present state is known. */
export interface Wish<Name extends OperationName> {
  operation: Name;
  kind: WriteKind;
  /** The kind of thing that is written; an audience if left out. */
  about?: ThingKind;
  spaceId: string;
  /** The audience to change or remove; undefined for one that is to be created. */
  id?: string;
  /**
   * The input as far as it is known before anything is read: what the edition can't express is
   * refused without a request.
   */
  draft: Input<Name>;
  /** Whether it deletes or disables an audience, or changes who is in it. */
  grave: boolean;
  /** Send nothing, only show what would be sent. */
  dryRun?: boolean;
  /** The value that shows that the user agreed. */
  confirmation?: string;
  /** `updatedAt` as the caller read it; the write is refused if it has changed. */
  expectedUpdatedAt?: string;
  /** Only for an audience that is to be created. */
  creation?: {
    name: string;
    /** Whether another audience with this name is allowed. */
    allowDuplicate: boolean;
    /** The output for an audience that was found after the response was lost. */
    outputOf(found: Audience): Output<Name>;
  };
  /** Its consequences, which the user has to know before agreeing, one sentence each. */
  consequences(edition: EditionName, after: AudienceShape | undefined): string[];
  /** Makes the write, given the present audience; undefined for one that is to be created. */
  plan(before: Audience | undefined): Promise<Plan<Name>>;
}

/** The write that results from a wish. */
export interface Plan<Name extends OperationName> {
  input: Input<Name>;
  /** The audience as it would be; undefined for one that is to be removed. */
  after: AudienceShape | undefined;
  /** Warnings that the user has to know before agreeing, one sentence each. */
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

/** The outcome of a wish. */
export type Outcome<Name extends OperationName> =
  | { kind: 'rehearsed'; rehearsal: Rehearsal; advice: string[] }
  | {
      kind: 'done';
      output: Output<Name>;
      /** The audience as it was before; undefined for one that was created. */
      before: Audience | undefined;
      /** Whether the response was lost, and a search found the audience. */
      foundAfterLoss: boolean;
      /** The edition in which it was written. */
      edition: EditionName;
      /** The options as they were written in that edition. */
      options: AudienceShape['options'];
      advice: string[];
    };

/** What carrying out writes needs; `call` is for everything before sending. */
export interface WriteContext extends AgreementContext {
  /** What the agent called, for the audit log. */
  tool: string;
  /** The call under which the write is sent, and searched for if its response was lost. */
  sending: CallContext;
  mode: ConfirmMode;
  auditLog: AuditTrail | undefined;
  reservations: NameReservations;
  lostCreates: LostCreates;
  turns: Turns;
  clock: Clock;
}

/** Carries out what a tool wants to write. */
export type CarryOut = <Name extends OperationName>(wish: Wish<Name>) => Promise<Outcome<Name>>;
