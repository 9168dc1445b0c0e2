import { missingZone } from '../query/missing-zone.ts';
import { foldedName } from '../segment/names.ts';
import { quotedPlainly } from '../text/visible.ts';
import { cyclesIn } from './cycles.ts';
import type { Dependencies } from './dependencies.ts';
import type { Finding, ReviewedAudience, ReviewedSpace } from './findings.ts';
import { missingKeysIn } from './missing-keys.ts';

/** Finds one kind of thing that deserves a look. */
type Rule = (space: ReviewedSpace, dependencies: Dependencies) => Finding[];

/** From this share of the plan's audiences on, there is little left. */
const nearLimitShare = 0.9;

const failed: Rule = ({ audiences }) => {
  const found = audiences.filter(hasFailed);
  return found.length === 0
    ? []
    : [
        {
          kind: 'failed',
          severity: 'error',
          audiences: named(found),
          message: `Segment could not compute ${count(found.length, 'audience')}.`,
          next: `Read ${found.length === 1 ? 'it' : 'each'} with get_audience and check its definition with check_audience_query and checkNames.`,
        },
      ];
};

const cycle: Rule = ({ audiences }, dependencies) =>
  cyclesIn(audiences.length, (place) => dependencies.basesOf(place)).map((places) => ({
    kind: 'cycle',
    severity: 'error',
    audiences: named(places.flatMap((place) => audiences[place] ?? [])),
    message:
      places.length === 1
        ? 'The audience is built on itself.'
        : `${places.length} audiences are built on each other in a circle.`,
    next:
      places.length === 1
        ? 'Remove the reference to itself from its definition.'
        : "Remove the reference from one of the definitions: Segment can't compute any of them without the others.",
  }));

/**
 * Without the traits of the space, an ordinary trait that is compared with 'true' can't be told from
 * the key of an audience, and the finding says so.
 */
export const removedKey: Rule = ({ audiences, complete, traits }, dependencies) => {
  if (!complete) return [];
  const users = new Map<string, ReviewedAudience[]>();
  for (const audience of audiences) {
    const hasKey = (key: string) => dependencies.hasKey(key);
    for (const name of missingKeysIn(audience.memberships, hasKey, traits)) {
      const known = users.get(name);
      if (known) known.push(audience);
      else users.set(name, [audience]);
    }
  }
  return [...users].map(([name, found]) => {
    const built = `${count(found.length, 'audience')} ${found.length === 1 ? 'asks' : 'ask'}`;
    const key = quotedPlainly(name);
    return {
      kind: 'removed_key',
      severity: traits ? 'warning' : 'hint',
      audiences: named(found),
      message: traits
        ? `${built} for the key ${key}, which no audience in the space has and which is not a known trait: the audience was probably removed.`
        : `${built} for ${key}, which no audience in the space has as its key: it is an ordinary trait, or its audience was removed.`,
      next: 'If the audience was removed, remove the condition, or build on another audience; keys are never reused.',
    };
  });
};

const nearPlanLimit: Rule = ({ audiences, planLimit }) => {
  if (planLimit === undefined || audiences.length < planLimit * nearLimitShare) return [];
  const disabled = audiences.filter(isDisabled).length;
  const ofWhich = disabled > 0 ? `, ${disabled} of them disabled` : '';
  return [
    {
      kind: 'near_plan_limit',
      severity: 'warning',
      audiences: [],
      message: `The space has ${count(audiences.length, 'audience')}${ofWhich}; the plan includes ${planLimit}.`,
      next: 'Remove what nobody needs before creating more.',
    },
  ];
};

const duplicateName: Rule = ({ audiences }) =>
  groups(audiences, ({ name }) => foldedName(name ?? '') || undefined).map((found) => ({
    kind: 'duplicate_name',
    severity: 'warning',
    audiences: named(found),
    message: `${found.length} audiences have the same name.`,
    next: 'Find out which one is used, and rename or remove the others.',
  }));

const duplicateDefinition: Rule = ({ audiences }) =>
  groups(audiences, ({ definitionPrint }) => definitionPrint).map((found) => ({
    kind: 'duplicate_definition',
    severity: 'warning',
    audiences: named(found),
    message: `${found.length} audiences have the same definition, and so the same members.`,
    next: 'Keep one, and build on it by its key.',
  }));

/** Only looks at audiences whose destinations were looked up. */
const sentNowhere: Rule = ({ audiences, destinations }, dependencies) => {
  const found = audiences.filter(
    ({ id }, place) => destinations?.get(id) === 0 && dependencies.usersOf(place) === 0,
  );
  return found.length === 0
    ? []
    : [
        {
          kind: 'sent_nowhere',
          severity: 'warning',
          audiences: named(found),
          message: `${count(found.length, 'audience')} ${found.length === 1 ? 'is' : 'are'} not connected to any destination, and no audience is known to be built on ${itOrThem(found)}.`,
          next: `Before proposing a removal, ask whether anybody uses ${itOrThem(found)} in another way, such as in a journey or through the Profile API.`,
        },
      ];
};

const disabled: Rule = ({ audiences }) => {
  const found = audiences.filter((audience) => isDisabled(audience) && !hasFailed(audience));
  return found.length === 0
    ? []
    : [
        {
          kind: 'disabled',
          severity: 'hint',
          audiences: named(found),
          message: `${count(found.length, 'audience')} ${found.length === 1 ? 'is' : 'are'} disabled: membership no longer changes.`,
          next: `Ask whether ${found.length === 1 ? 'it is' : 'they are'} still needed.`,
        },
      ];
};

const batchCouldBeRealtime: Rule = ({ audiences }) => {
  const inBatches = audiences.filter(({ cadence }) => cadence?.toUpperCase() === 'BATCH');
  const already = inBatches.filter(({ possibleCadence }) => possibleCadence?.type === 'REALTIME');
  const withZone = inBatches.filter(
    ({ possibleCadence }) => possibleCadence?.reasons.join() === missingZone,
  );
  const found: Finding[] = [];
  if (already.length > 0) {
    found.push({
      kind: 'batch_could_be_realtime',
      severity: 'hint',
      audiences: named(already),
      message: `Segment computes ${count(already.length, 'audience')} in batches although nothing in ${already.length === 1 ? 'its definition' : 'their definitions'} requires it.`,
      next: 'If members should enter and leave immediately, look for the reason in Segment.',
    });
  }
  if (withZone.length > 0) {
    found.push({
      kind: 'batch_could_be_realtime',
      severity: 'hint',
      audiences: named(withZone),
      message: `${count(withZone.length, 'audience')} would be computed in real time if the dates in ${withZone.length === 1 ? 'its definition' : 'their definitions'} had a time zone.`,
      next: "If members should enter and leave immediately, write dates such as '2026-01-31T00:00:00Z'.",
    });
  }
  return found;
};

/** Whether a definition that can't be read builds on an audience is unknown. */
const notBuiltOn: Rule = ({ audiences, complete }, dependencies) => {
  if (!complete) return [];
  const unreadable = audiences.filter(({ references }) => !references).length;
  const found = audiences.filter(
    ({ key }, place) => key !== undefined && dependencies.usersOf(place) === 0,
  );
  const doubt =
    unreadable > 0
      ? ` ${count(unreadable, 'definition')} could not be read and may build on ${found.length === 1 ? 'it' : 'some of them'}.`
      : '';
  return found.length === 0
    ? []
    : [
        {
          kind: 'not_built_on',
          severity: 'hint',
          audiences: named(found),
          message: `${count(found.length, 'audience')} ${found.length === 1 ? 'has' : 'have'} no other audience built on ${itOrThem(found)}, but may still be sent to destinations.${doubt}`,
          next: `If ${found.length === 1 ? 'it' : 'one of them'} seems unused, look up its destinations.`,
        },
      ];
};

/** All rules. */
export const reviewRules: readonly Rule[] = [
  failed,
  cycle,
  removedKey,
  nearPlanLimit,
  duplicateName,
  duplicateDefinition,
  sentNowhere,
  disabled,
  batchCouldBeRealtime,
  notBuiltOn,
];

function hasFailed({ status }: ReviewedAudience): boolean {
  return ['failed', 'error'].includes(status?.toLowerCase() ?? '');
}

function isDisabled({ enabled, status }: ReviewedAudience): boolean {
  return enabled === false || status?.toLowerCase() === 'disabled';
}

/** The audiences that have something in common with another, by what it is. */
function groups(
  audiences: readonly ReviewedAudience[],
  markOf: (audience: ReviewedAudience) => string | number | undefined,
): ReviewedAudience[][] {
  const byMark = new Map<string | number, ReviewedAudience[]>();
  for (const audience of audiences) {
    const mark = markOf(audience);
    if (mark === undefined) continue;
    const known = byMark.get(mark);
    if (known) known.push(audience);
    else byMark.set(mark, [audience]);
  }
  return [...byMark.values()].filter((group) => group.length > 1);
}

function named(audiences: readonly ReviewedAudience[]): Finding['audiences'] {
  return audiences.map(({ id, name }) => ({ id, name }));
}

function itOrThem(audiences: readonly ReviewedAudience[]): string {
  return audiences.length === 1 ? 'it' : 'them';
}

function count(number: number, noun: string): string {
  return `${number} ${noun}${number === 1 ? '' : 's'}`;
}
