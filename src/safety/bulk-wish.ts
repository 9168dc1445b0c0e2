import type { RequestPreview } from '../segment/api.ts';
import type { Input, OperationName } from '../segment/contract.ts';
import type { EditionName } from '../segment/editions/row.ts';
import type { Audience } from '../segment/models/audience.ts';
import type { AudienceShape } from './snapshot.ts';

/** What to do to each of several audiences. */
export const bulkActions = ['enable', 'disable', 'remove'] as const;
export type BulkAction = (typeof bulkActions)[number];

/** What a tool wants to do to several audiences, before their states are known. */
export interface BulkWish<Name extends OperationName> {
  /** The tool: a confirmation is valid only for its calls. */
  tool: string;
  action: BulkAction;
  /** The operation that does it to one of them. */
  operation: Name;
  spaceId: string;
  /** At least one, each once. */
  ids: readonly string[];
  /** Send nothing, only show what would be sent. */
  dryRun?: boolean;
  /** The value that shows that the user agreed. */
  confirmation?: string;
  inputOf(id: string): Input<Name>;
  /** Whether an audience is already in the wanted state. */
  isSo(audience: Audience): boolean;
  /** The audience as it would be; undefined for one that is to be removed. */
  afterOf(before: Audience): AudienceShape | undefined;
  /**
   * Its consequences, which the user has to know before agreeing, one sentence each.
   *
   * @param count of how many audiences.
   */
  consequences(count: number): readonly string[];
  /** Only for what can't be read again afterwards: the copy that the result keeps. */
  copies?: {
    of(audience: Audience): object;
    /** Maximum length of their JSON; more needs an audit log. */
    maxChars: number;
  };
}

/**
 * The outcome for one audience.
 * - `unchanged`: it was already in the wanted state, and nothing was sent.
 * - `stale`: it has changed since the user agreed, and nothing was written.
 * - `unknown`: it was sent, and whether it took effect is unknown.
 * - `not_tried`: nothing was done, because the call stopped early, or because something that had
 *   to come first failed.
 */
export const bulkOutcomes = [
  'done',
  'unchanged',
  'stale',
  'failed',
  'unknown',
  'not_tried',
] as const;

export interface BulkResult {
  id: string;
  name: string | undefined;
  outcome: (typeof bulkOutcomes)[number];
  /** The code of the error, where there is one. */
  code?: string;
  /** What the error says, or what the response to one that was done shows differently. */
  message?: string;
}

/** What a dry run of several writes shows. */
export interface BulkRehearsal {
  edition: EditionName;
  needsConfirmation: boolean;
  /** What the user would read before they agree. */
  question: string;
  /** In the order in which they would be sent. */
  requests: RequestPreview[];
}

/** The outcome of a wish for several audiences. */
export interface BulkOutcome {
  /** One for each id, in the order of the wish. */
  results: BulkResult[];
  /** Only of a dry run. */
  rehearsal?: BulkRehearsal;
  /** Those that are gone, or may be, as they were. */
  removed: Audience[];
  /** Allows doing these without asking again, and only all of them together. */
  continuation?: { value: string; ids: readonly string[] };
  advice: string[];
}

/** Carries out what a tool wants to be done to several audiences, under one agreement. */
export type CarryOutAll = <Name extends OperationName>(
  wish: BulkWish<Name>,
) => Promise<BulkOutcome>;
