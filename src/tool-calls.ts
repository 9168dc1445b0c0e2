import type { Config } from './config/config.ts';
import type { BegunCall } from './mcp/tools.ts';
import { carryOutAll } from './safety/bulk.ts';
import type { WriteContext } from './safety/wish.ts';
import { carryOut } from './safety/write.ts';
import type { SegmentApi } from './segment/api.ts';
import { withSignal } from './segment/call.ts';
import type { ToolContext } from './tools/tool.ts';

/*
 * What calls of tools need and a start does not. It is imported with the first call.
 */

export { toolNamed } from './tools/registry.ts';

/** What the calls of one session have in common. */
export interface SessionScope
  extends Omit<WriteContext, keyof BegunCall | 'mode' | 'sending' | 'now' | 'elapsed'>,
    Pick<ToolContext, 'indexes' | 'names' | 'previews' | 'queryCheck'> {
  /** Whatever is read through it counts as shown to the user. */
  shownApi: SegmentApi;
  settings: Pick<Config, 'confirm' | 'space' | 'noSamples' | 'policy'>;
}

/** What the handler of one call works with. */
export function contextOf(
  scope: SessionScope,
  { tool, call, preparing, ask }: BegunCall,
): ToolContext {
  const { shownApi, settings, indexes, names, previews, queryCheck, clock } = scope;
  const writing = (): WriteContext => ({
    ...scope,
    tool,
    mode: settings.confirm,
    call: withSignal(call, preparing),
    sending: call,
    ask,
    now: clock.now,
    elapsed: clock.monotonic,
  });
  return {
    api: shownApi,
    call,
    defaultSpace: settings.space,
    allowedSpaces: settings.policy.allowedSpaces,
    indexes,
    queryCheck,
    names,
    previews,
    noSamples: settings.noSamples,
    now: clock.now,
    carryOut: (wish) => carryOut(wish, writing()),
    carryOutAll: (wish) => carryOutAll(wish, writing()),
  };
}
