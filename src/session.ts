import type { Config } from './config/config.ts';
import { switchedOffBy, switchedOffFor } from './config/offered.ts';
import { withFacts } from './log.ts';
import type { Capability } from './mcp/capability.ts';
import { completionsCapability } from './mcp/completions.ts';
import { instructions } from './mcp/instructions.ts';
import { promptsCapability } from './mcp/prompts.ts';
import { Readings } from './mcp/readings.ts';
import { resourcesCapability } from './mcp/resources.ts';
import type { ClosableServer, CreateServer } from './mcp/server.ts';
import { serverInfo } from './mcp/server-info.ts';
import { type Admit, ToolsCapability } from './mcp/tools.ts';
import { isOffered } from './prompts/prompt.ts';
import { prompts } from './prompts/registry.ts';
import { resources, resourceTemplates } from './resources/registry.ts';
import type { ResourceContext } from './resources/resource.ts';
import { confirmationLifeMs } from './safety/confirmation.ts';
import { knownTo } from './safety/known.ts';
import { remember, SeenAudiences } from './safety/seen.ts';
import type { CallContext } from './segment/call.ts';
import { restricted } from './segment/restricted-api.ts';
import type { ProcessServices, WorkspaceServices } from './services.ts';
import { listedTools } from './tools/toolsets.ts';

/** The settings that can be narrower for one session than for the whole server. */
export type SessionSettings = Pick<
  Config,
  'policy' | 'tools' | 'toolsets' | 'noSamples' | 'confirm' | 'space'
>;

/** Whom a session serves, where the program serves several. */
export interface Guest {
  /** Their id, for the log, the audit log and confirmations. */
  id: string;
  /** The server's settings, narrowed to what they may do. */
  settings: SessionSettings;
  /** What they were shown in other sessions. */
  seen: SeenAudiences;
  /** What every log line and audit entry of the session says about its request. */
  facts: Readonly<Record<string, unknown>>;
  /** Decides whether one more call may begin. */
  admit: Admit;
}

/** One connection with a client, ready to be served. */
export interface Session<Server extends ClosableServer = ClosableServer> {
  server: Server;
  /**
   * Ends the calls that would write but have not begun to, and lets no further call begin to write.
   */
  endPreparations(): void;
  /** The client is gone: ends whatever has not been sent to Segment. */
  abandon(): void;
  /** Resolves when no tool call is running, and nothing is being read. */
  idle(): Promise<void>;
}

/**
 * Opens a session.
 *
 * @param createServer for the versions of the protocol that its client speaks.
 * @param guest undefined for the only client of the process.
 * @param onClose called when its connection closes.
 */
export function createSession<Server extends ClosableServer>(
  processServices: ProcessServices,
  workspace: WorkspaceServices,
  createServer: CreateServer<Server>,
  guest: Guest | undefined,
  onClose: () => void,
): Session<Server> {
  const { config, machine, redactor } = processServices;
  const { clock } = machine;
  const { indexes, nameLists } = workspace;
  const settings = guest?.settings ?? config;
  const { policy, space } = settings;
  const { allowedSpaces } = policy;
  const caller = guest?.id;
  const facts = guest && { caller, ...guest.facts };
  const log = facts ? withFacts(processServices.log, facts) : processServices.log;
  const api = guest ? restricted(workspace.api, policy) : workspace.api;
  const seen = guest?.seen ?? new SeenAudiences();
  const shownApi = remember(api, seen);
  const switchedOff = guest ? switchedOffFor(settings, config) : switchedOffBy(config);
  const offered = listedTools.filter((tool) => !switchedOff.has(tool.name));
  const writes = offered.some(({ hints }) => !hints.readOnlyHint);
  const offers = (tool: string) => offered.some((each) => each.name === tool);
  const finds = offers('find_audiences');
  const { confirmations } = workspace;
  const { auditLog } = processServices;
  const scope = {
    ...workspace,
    api,
    shownApi,
    seen,
    settings,
    confirmations: guest ? confirmations.boundTo(guest.id) : confirmations,
    auditLog: facts ? auditLog?.withFacts(facts) : auditLog,
    queryCheck: config.queryCheck,
    askMode: config.ask,
    clock,
  };
  const calls = new ToolsCapability({
    tools: offered,
    switchedOff,
    async open() {
      const { contextOf, toolNamed } = await import('./tool-calls.ts');
      return { toolNamed, contextOf: (begun) => contextOf(scope, begun) };
    },
    caller,
    facts,
    observer: processServices.observer,
    admit: guest?.admit,
    maxWaitMs: config.maxWaitMs,
    askTimeoutMs: confirmationLifeMs,
    clock,
    redactor,
    log,
  });
  const readings = new Readings({
    caller,
    facts,
    observer: processServices.observer,
    admit: guest?.admit,
    maxWaitMs: config.maxWaitMs,
    clock,
    redactor,
    log,
  });
  const reading = (call: CallContext): ResourceContext => ({
    api: shownApi,
    call,
    indexes,
    nameLists,
    planLimit: config.planLimit,
    offers,
    now: clock.now,
    redactor,
  });
  const templates = resourceTemplates.filter(({ sameAs }) => sameAs.some(offers));
  const offeredPrompts = prompts.filter((prompt) => isOffered(prompt, offers));
  const common = { defaultSpace: space, allowedSpaces, contextOf: reading, readings, redactor };
  const known = knownTo({ seen, indexes, space, allowedSpaces, offers });
  const capabilities: Capability[] = [
    calls,
    resourcesCapability({ ...common, resources, templates }),
    promptsCapability({ ...common, prompts: offeredPrompts, offers }),
    completionsCapability({ ...common, prompts: offeredPrompts, templates, ...known }),
  ];
  const server = createServer({
    info: serverInfo,
    // A setting that they quote may hold an encoded secret.
    instructions: redactor.text(instructions({ ...config, ...settings, writes, finds })),
    capabilities,
    onClose,
    log,
  });
  return {
    server,
    endPreparations: () => calls.endPreparations(),
    abandon() {
      calls.abandon();
      readings.abandon();
    },
    async idle() {
      await Promise.all([calls.idle(), readings.idle()]);
    },
  };
}
