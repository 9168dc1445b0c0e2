import type { ConfirmMode } from '../safety/agreement.ts';
import type { Toolset } from '../tools/registry.ts';

/** What one caller may do: it only narrows the server's settings. What is missing is theirs. */
export interface AccessPolicy {
  readonly readOnly?: boolean;
  readonly spaces?: readonly string[];
  readonly tools?: readonly string[];
  readonly toolsets?: readonly Toolset[];
  readonly confirm?: ConfirmMode;
  /** Whether values of properties and traits, and ids of members may be shown. */
  readonly samples?: boolean;
  readonly callsPerMinute?: number;
  /** The name of the Segment token to use; `default` if missing. */
  readonly token?: string;
}
