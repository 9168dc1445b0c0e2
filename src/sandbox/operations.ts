import type { SandboxEdition } from './editions.ts';
import type { Media } from './media.ts';
import type { Operation } from './operation.ts';
import { createRouter } from './router.ts';
import { v1Operations } from './v1/operations.ts';
import { v1alphaOperations } from './v1alpha/operations.ts';

export type SandboxOperation = keyof typeof v1Operations;

/** All operations of an edition, and how it handles what its reference does not document. */
export interface Edition {
  /** Those of the 2024 edition are a subset of today's. */
  operations: Readonly<Partial<Record<SandboxOperation, Operation>>>;
  /** Whether `application/json` gets the most stable edition of the operation. */
  takesPlainJson: boolean;
  /** Whether to also read `pagination[count]`. */
  takesBrackets: boolean;
}

/**
 * The editions. The live API of 2024 also accepted plain `application/json`; here it does not, to
 * expose a client that forgets the media type.
 */
export const editions: Readonly<Record<SandboxEdition, Edition>> = {
  v1: { operations: v1Operations, takesPlainJson: true, takesBrackets: true },
  v1alpha: { operations: v1alphaOperations, takesPlainJson: false, takesBrackets: false },
};

/** One operation, as the reference states it. */
export interface StatedOperation {
  name: string;
  method: string;
  path: string;
  /** Absent if the reference states no limit. */
  perMinute?: number;
  /** The most stable first. */
  media: readonly Media[];
}

/** The operations of an edition without their handlers, to be compared with another table. */
export function statedOperations(edition: SandboxEdition): StatedOperation[] {
  return Object.entries<Operation>(editions[edition].operations).map(
    ([name, { method, path, perMinute, media }]) => ({ name, method, path, perMinute, media }),
  );
}

/** Finds the operation of a request among today's, which include those of 2024. */
export const findRoute = createRouter<SandboxOperation, Operation>(v1Operations);
