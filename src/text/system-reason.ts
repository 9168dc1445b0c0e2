/**
 * The operating system's reason for refusing something, as a code such as `ENOENT` or `EADDRINUSE`.
 */
export function systemReason(error: unknown): string {
  return error instanceof Error && 'code' in error ? String(error.code) : String(error);
}
