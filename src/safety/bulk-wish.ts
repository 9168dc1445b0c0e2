import type { RequestPreview } from '../segment/api.ts';
import type { Input, OperationName } from '../segment/contract.ts';
import type { EditionName } from '../segment/editions/row.ts';
import type { Audience } from '../segment/models/audience.ts';
import type { AudienceShape } from './snapshot.ts';

/** What is done to each of several audiences. */
export const bulkActions = ['enable', 'disable', 'remove'] as const;
export type BulkAction = (typeof bulkActions)[number];

/** What a tool wants to be done to several audiences, before anything is known of their states. */
export interface BulkWish<Name extends OperationName> {
  /** The tool, for whose calls alone a confirmation is good. */
  tool: string;
  action: BulkAction;
  /** The operation that does it to one of them. */
  operation: Name;
  spaceId: string;
  /** At least one, each once. */
  ids: readonly string[];
  /** Send nothing, show what would be sent. */
  dryRun?: boolean;
  /** The value that shows that the user agreed. */
  confirmation?: string;
  inputOf(id: string): Input<Name>;
  /** Whether an audience is so already. */
  isSo(audience: Audience): boolean;
  /** The audience as it would be; undefined for one that is to be removed. */
  afterOf(before: Audience): AudienceShape | undefined;
  /** What follows from it, as the user has to know it before they agree, each in a sentence. */
  consequences(edition: EditionName): readonly string[];
  /** Only for what can not be read again afterwards: what the result keeps of it. */
  copies?: {
    of(audience: Audience): object;
    /** Of their JSON; more needs an audit log. */
    maxChars: number;
  };
}

/**
 * What became of one audience.
 * - `unchanged`: it was so already, and nothing was sent.
 * - `stale`: it is no longer as it was agreed to, and nothing was sent.
 * - `unknown`: it was sent, and whether it took effect is unknown.
 * - `not_tried`: nothing was sent, because the rest was ended before, or of what was to come first.
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
  /** What the error says, or what the response to one that is done shows otherwise. */
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

/** What became of a wish for several audiences. */
export interface BulkOutcome {
  /** One for each id, in the order of the wish. */
  results: BulkResult[];
  /** Only of a dry run. */
  rehearsal?: BulkRehearsal;
  /** As they were, those that are gone, or may be. */
  removed: Audience[];
  /** Lets these be done without a new question, and only all of them together. */
  continuation?: { value: string; ids: readonly string[] };
  advice: string[];
}

/** Carries out what a tool wants to be done to several audiences, under one agreement. */
export type CarryOutAll = <Name extends OperationName>(
  wish: BulkWish<Name>,
) => Promise<BulkOutcome>;
