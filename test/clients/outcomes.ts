/** The columns of the table: what a library does, and how a program finds the server. */
export const stepNames = [
  ...(['list', 'call', 'error', 'resources', 'removal', 'question'] as const),
  ...(['setup', 'add command'] as const),
] as const;
export type StepName = (typeof stepNames)[number];

/** Undefined where the client has nothing for a step; `ok` or what went wrong where it has. */
export type Outcomes = Partial<Record<StepName, string>>;

/** Outcomes, and a way to run a step that adds its own. */
export function recordOutcomes() {
  const outcomes: Outcomes = {};
  const step = async (name: StepName, run: () => Promise<void>) => {
    outcomes[name] = await run().then(
      () => 'ok',
      (error: unknown) => (error instanceof Error ? error.message : String(error)),
    );
  };
  return { outcomes, step };
}
