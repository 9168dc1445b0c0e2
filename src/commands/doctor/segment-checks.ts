import { editionShownBy } from '../../segment/editions/choice.ts';
import { type AudiencesError, type ErrorCode, timeInWords } from '../../segment/errors.ts';
import { quoted } from '../../text/visible.ts';
import { skewInWords } from './clock-skew.ts';
import type { Context } from './context.ts';
import { type Finding, fail, ok, skipped, warn } from './finding.ts';
import type { DoctorMachine } from './machine.ts';
import type { Look, NoLook, SegmentLooks } from './segment-looks.ts';
import { stepToGiveToken } from './setup-step.ts';

/*
 * The checks that send requests to Segment. The check about the cause fails; those that follow from
 * it are skipped and name it.
 */

const noSettings = 'Not checked: fix the settings first.';
const ofTokens = 'Not checked: see the tokens check.';
const ofSandbox = 'Not checked: the sandbox runs inside the server.';

/** Runs a check if the settings can be used. */
function withSegment(
  check: (segment: SegmentLooks, machine: DoctorMachine) => Promise<Finding>,
): (context: Context) => Promise<Finding> {
  return async ({ segment, settings, machine }) => {
    if (segment) return check(segment, machine);
    return skipped(settings.config ? ofTokens : noSettings);
  };
}

export const checkProxy = withSegment(async (segment) => {
  const { proxy, target } = segment.config;
  if (target.kind === 'sandbox') return skipped(ofSandbox);
  if (!proxy) return ok('No proxy is used (HTTPS_PROXY).');
  const name = `${proxy.url} (${proxy.variable})`;
  const look = await segment.workspace();
  if (look.kind === 'error' && look.error.code === 'bad_response') {
    return skipped(`Unknown whether Segment is reached through ${name}: see the workspace check.`);
  }
  if (!isUnreached(look)) return ok(`Segment is reached through ${name}.`);
  return fail(
    `Segment can't be reached through ${name}: ${causeOf(look)}.`,
    `Fix ${proxy.variable}, or name the host in NO_PROXY if it can be reached without a proxy.`,
  );
});

export const checkRegion = withSegment(async (segment) => {
  const { region, config } = segment;
  if (config.target.kind !== 'live') return skipped(ofSandbox);
  if (region === undefined) return ok(`A custom address is set: ${config.target.baseUrl}.`);
  const look = await segment.workspace();
  if (look.kind === 'there') return ok(`${region}, ${config.target.baseUrl}.`);
  const other = isUnauthorized(look) ? await segment.regionOfToken() : undefined;
  if (other === undefined) return skipped('Unknown: see the workspace check.');
  return fail(
    `The token belongs to a workspace in the region ${other}, but ${region} is set.`,
    `Set --region ${other} (SEGMENT_REGION=${other}).`,
  );
});

export const checkWorkspace = withSegment(async (segment, machine) => {
  const look = await segment.workspace();
  if (look.kind === 'there') {
    const { name, id } = look.output.workspace;
    return ok(`${quoted(name ?? '')}, ${quoted(id)}.`);
  }
  const { error } = look;
  if (isUnreached(look)) {
    if (segment.config.proxy) return skipped('Unknown: see the proxy check.');
    return fail(`Segment can't be reached: ${causeOf(look)}.`, nextFor(error, machine));
  }
  if (isUnauthorized(look)) {
    if ((await segment.regionOfToken()) !== undefined)
      return skipped('Unknown: see the region check.');
    return fail(
      'Segment does not accept the token (HTTP 401): it is wrong or revoked.',
      `Create a new Public API token ${whereToKeep(machine)}`,
    );
  }
  if (error.code === 'unsupported') {
    return skipped('Unknown: this edition of the API does not return the workspace.');
  }
  return fromError(look, machine);
});

export const checkAudiences = withSegment(async (segment, machine) => {
  const blocked = await blockedBy(segment);
  if (blocked) return blocked;
  const { space } = segment;
  if (space === undefined) {
    return skipped('Not checked: no space is set.', 'Set one: --space ID (SEGMENT_SPACE_ID).');
  }
  const look = await segment.audiences(space);
  if (look.kind === 'there') {
    const { audiences, pagination } = look.output;
    const count = pagination.totalEntries ?? (audiences.length === 0 ? 0 : undefined);
    const what = count === undefined ? 'Audiences' : `${count} audience${count === 1 ? '' : 's'}`;
    return ok(`${what} in the space ${quoted(space)}.`);
  }
  if (look.error.facts.status === 404) return explainMissing(segment, space);
  if (look.error.code === 'forbidden') {
    return fail(
      `The token has no access to the audiences of the space ${quoted(space)} (HTTP 403).`,
      'Use a token with access to the space, or set another space with --space (SEGMENT_SPACE_ID).',
    );
  }
  return fromError(look, machine);
});

/** Why a space shows no audiences: because of the space, or of the feature. */
async function explainMissing(segment: SegmentLooks, space: string): Promise<Finding> {
  const name = quoted(space);
  const look = await segment.oneSpace(space);
  if (look.kind === 'there' && look.output.space) {
    return fail(
      `The space ${name} exists, but its audiences are not available (HTTP 404): the feature is off in this workspace.`,
      'Have Audiences (part of Engage) turned on in Segment, or set a space that has it.',
    );
  }
  if (look.kind === 'there' || look.error.facts.status === 404) {
    return fail(
      `The space ${name} was not found: the id is wrong, or the token has no access to it.`,
      'Check --space (SEGMENT_SPACE_ID): the id is in Segment under Unify > Unify settings > API access.',
    );
  }
  return fail(
    `The space ${name} shows no audiences (HTTP 404), and whether it exists is unknown (${causeOf(look)}): the id is wrong, the token has no access to it, or the feature is off in this workspace.`,
    'Check --space (SEGMENT_SPACE_ID), the access of the token, and that the workspace has Audiences.',
  );
}

export const checkEdition = withSegment(async (segment) => {
  const look = await listed(segment);
  if (look?.kind !== 'there') return skipped('Unknown: see the audiences check.');
  const shown = editionShownBy(look.output.audiences);
  if (shown === undefined) return ok('Not known yet: the space has no audiences.');
  if (segment.edition !== 'auto' && segment.edition !== shown) {
    return warn(
      `Segment speaks ${shown}, but ${segment.edition} is set.`,
      'Leave out --edition (SEGMENT_EDITION).',
    );
  }
  return ok(`Segment speaks ${shown}.`);
});

export const checkQuota = withSegment(async (segment, machine) => {
  const look = await listed(segment);
  if (look?.kind === 'error' && look.error.code === 'rate_limited') {
    return warn('The quota of list_audiences is used up.', nextFor(look.error, machine));
  }
  if (look?.kind !== 'there') return skipped('Unknown: see the audiences check.');
  const left = await segment.left();
  if (left > 0) return ok(`${left} more list_audiences requests are possible this minute.`);
  return warn(
    'The quota of list_audiences is used up.',
    'Wait a minute; the server waits by itself.',
  );
});

export const checkClock = withSegment(async (segment) => {
  if (segment.config.target.kind === 'sandbox') return skipped(ofSandbox);
  await segment.workspace();
  const { skew } = segment;
  if (!skew) return skipped('Unknown: no response from Segment contained the time.');
  const sentence = skewInWords(skew.aheadMs, "Segment's");
  if (sentence === undefined) return ok("This machine's clock agrees with Segment's.");
  return warn(
    sentence,
    'Set the clock: times in the audit log are wrong, and certificates may be refused.',
  );
});

/** The list of audiences, if it could be read. */
async function listed(segment: SegmentLooks): Promise<Look<'list_audiences'> | undefined> {
  if (segment.space === undefined || (await blockedBy(segment))) return undefined;
  return segment.audiences(segment.space);
}

/** Why further requests would be useless. */
async function blockedBy(segment: SegmentLooks): Promise<Finding | undefined> {
  const look = await segment.workspace();
  const isBlocked = isUnreached(look) || isUnauthorized(look) || isRateLimited(look);
  return isBlocked ? skipped('Not checked: see the workspace check.') : undefined;
}

function isUnreached(look: { kind: string; error?: AudiencesError }): look is NoLook {
  return ['unreachable', 'timeout'].includes(look.error?.code ?? '');
}

/** Segment refused the token. */
function isUnauthorized(look: { kind: string; error?: AudiencesError }): look is NoLook {
  return look.error?.code === 'unauthorized';
}

/** Segment refuses the token's requests for now. */
function isRateLimited(look: { kind: string; error?: AudiencesError }): look is NoLook {
  return look.error?.code === 'rate_limited';
}

function fromError(look: NoLook, machine: DoctorMachine): Finding {
  const { error } = look;
  const finding = error.code === 'rate_limited' ? warn : fail;
  const message = error.code === 'timeout' ? `Segment gave ${causeOf(look)}.` : error.message;
  return finding(message, nextFor(error, machine));
}

/** What a person can do about an error; the error's own advice is for a model. */
function nextFor({ code, message, facts }: AudiencesError, machine: DoctorMachine): string {
  const { retryAfterMs } = facts;
  if (code === 'rate_limited' && retryAfterMs !== undefined) {
    return `Wait ${timeInWords(retryAfterMs)}, and then run it again.`;
  }
  if (message.includes('certificate')) {
    return 'If the network inspects TLS, set NODE_EXTRA_CA_CERTS to the PEM file of its certificate authority; otherwise check SEGMENT_API_URL and the clock.';
  }
  if (code === 'forbidden') {
    return `The token lacks access to the workspace. Have a workspace owner create a Public API token with that access ${whereToKeep(machine)}`;
  }
  return advice[code] ?? 'Run it again; if the problem persists, report it with this output.';
}

/** Where a new token comes from and goes to, to complete a sentence. */
function whereToKeep(machine: DoctorMachine): string {
  return `in Segment (Settings > Workspace settings > Access management > Tokens). ${stepToGiveToken(machine)}`;
}

const advice: Partial<Record<ErrorCode, string>> = {
  unreachable:
    'Check the network, SEGMENT_API_URL and SEGMENT_REGION, and HTTPS_PROXY if there is a proxy.',
  timeout: 'Check the network and any proxy, or see status.segment.com.',
  rate_limited: 'Wait a minute: the server waits by itself.',
  upstream_error: 'Try again in a minute, or see status.segment.com.',
  bad_response: 'Check SEGMENT_API_URL, and any proxy between here and Segment.',
};

/** The network's reason, else the whole message. */
function causeOf({ error, lastedMs }: NoLook): string {
  const { code, message, facts } = error;
  // The message is about what is left of a tool call.
  if (code === 'timeout') return `no response within ${Math.max(1, Math.round(lastedMs / 1000))} s`;
  const { details } = facts;
  const isNamed = typeof details === 'object' && details !== null && 'cause' in details;
  return isNamed ? String(details.cause) : message.replace(/\.$/, '');
}
