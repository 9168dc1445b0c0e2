import type { OperationName } from '../contract.ts';
import type { CompleteEdition, Edition, EditionName } from './row.ts';
import { v1 } from './v1.ts';
import { v1alpha } from './v1alpha.ts';

/** All editions that this program supports, oldest first. */
export const editions: Readonly<Record<EditionName, Edition>> = { v1alpha, v1 };

/** Which edition to use: a fixed one, or that of 2024 until Segment shows that it uses today's. */
export const editionSettings = ['auto', 'v1alpha', 'v1'] as const;
export type EditionSetting = (typeof editionSettings)[number];

/** Today's edition, which has every operation. */
export const newest: CompleteEdition = v1;

export const operationNames: readonly OperationName[] = Object.keys(v1.rows).filter(
  isOperationName,
);

/** The operations whose rows say that they only read. */
export type ReadName = {
  [Name in OperationName]: (typeof v1.rows)[Name]['writes'] extends false ? Name : never;
}[OperationName];

/** Whether an outside word names an operation. */
export function isOperationName(word: string): word is OperationName {
  return Object.hasOwn(v1.rows, word);
}

/** Whether an operation changes something at Segment; false for what is not an operation. */
export function isWrite(operation: string): boolean {
  return isOperationName(operation) && newest.rows[operation].writes;
}
