import type { IndexedAudience } from '../space/audience-index.ts';
import type { Finding, FindingKind } from '../space/review.ts';
import { escaped } from './markup.ts';
import { momentOf } from './picture.ts';
import { reportStyle } from './report-style.ts';
import { counted, inDigits, nameOf, shortText, statusOf, type Tone, tones } from './status.ts';

/*
 * A page about a space, complete in one file: it loads nothing and has no script. It is well-formed XML,
 * too.
 */

/** What is known about an audience. */
export type ReportedAudience = Pick<
  IndexedAudience,
  'id' | 'name' | 'key' | 'enabled' | 'status' | 'type' | 'cadence' | 'size' | 'updatedAt'
> & {
  /** How many others are built on it; undefined if that is not known. */
  readonly usedBy: number | undefined;
};

export interface Reported {
  readonly spaceId: string;
  /** The name of the space, if known. */
  readonly spaceName: string | undefined;
  /** Milliseconds since the epoch. */
  readonly readAt: number;
  readonly audiences: readonly ReportedAudience[];
  /** False if the space has more audiences than were read. */
  readonly isComplete: boolean;
  readonly findings: readonly Finding[];
  /** What was not looked at, in sentences. */
  readonly notes: readonly string[];
  /** The picture of who builds on whom, as SVG. */
  readonly picture: string;
}

const maxNameChars = 255;
const maxWordChars = 24;
/** Names that one finding lists. */
const maxListed = 20;

/** A row of the table. */
interface Row {
  audience: ReportedAudience;
  word: string;
  tone: Tone;
}

/** The page. */
export function reportOf(reported: Reported): string {
  const { spaceId, spaceName, readAt, audiences, isComplete, picture } = reported;
  const rows = rowsOf(audiences);
  const title = `Audiences of ${shortText(spaceName ?? spaceId, maxNameChars)}`;
  const facts = [shortText(spaceId, maxNameChars), `read on ${momentOf(readAt)}`];
  const missing = isComplete ? '' : '<p>The space has more audiences than could be read.</p>';
  return `<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8" />
<meta name="viewport" content="width=device-width, initial-scale=1" />
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'" />
<title>${escaped(title)}</title>
<style>${reportStyle}</style>
</head>
<body>
<header>
<h1><bdi>${escaped(title)}</bdi></h1>
<p class="muted">${escaped(facts.join(' · '))}</p>
${missing}
</header>
<main>
${summarySection(rows)}
${findingsSection(reported, rows)}
<section aria-labelledby="graph"><h2 id="graph">Who builds on whom</h2>
<figure class="scroll" tabindex="0" role="region" aria-label="Picture of who builds on whom">
${picture}</figure></section>
${tableSection(rows)}
</main>
<footer><p class="muted">No definitions, and no values of properties and traits, are part of this page.</p></footer>
</body>
</html>
`;
}

/** The largest first, unknown sizes last. */
function rowsOf(audiences: readonly ReportedAudience[]): Row[] {
  return audiences
    .toSorted((a, b) => (b.size ?? -1) - (a.size ?? -1))
    .map((audience) => ({ audience, ...statusOf(audience) }));
}

function summarySection(rows: readonly Row[]): string {
  const [first] = rows;
  const largest = first?.audience.size;
  const tiles = [
    ['Audiences', inDigits(rows.length)],
    ...shares(rows.map(({ audience }) => typeWord(audience.type))),
    ...shares(rows.map(({ audience }) => cadenceWord(audience.cadence))),
    ...(first
      ? [['Members of the largest', largest === undefined ? 'unknown' : inDigits(largest)]]
      : []),
  ];
  return `<section aria-labelledby="summary"><h2 id="summary">Summary</h2>
<dl class="tiles">${tiles.map(([term, value]) => `<div><dt>${term}</dt><dd>${value}</dd></div>`).join('')}</dl>
${first ? statusShares(rows) : ''}
</section>`;
}

/** How often each word occurs, most often first; without those that are not known. */
function shares(words: readonly (string | undefined)[]): [word: string, count: string][] {
  const counts = new Map<string, number>();
  for (const word of words) if (word !== undefined) counts.set(word, (counts.get(word) ?? 0) + 1);
  return [...counts].sort(([, a], [, b]) => b - a).map(([word, count]) => [word, inDigits(count)]);
}

const typeWords: Readonly<Record<string, string>> = {
  users: 'Users',
  accounts: 'Accounts',
  linked: 'Linked',
};

function typeWord(type: string | undefined): string | undefined {
  return type === undefined ? undefined : typeWords[type];
}

/** Segment's words for how an audience is computed. */
function cadenceWord(cadence: string | undefined): string | undefined {
  const word = cadence?.toUpperCase();
  if (word === 'REALTIME') return 'Real time';
  return word === 'BATCH' ? 'Batch' : undefined;
}

function statusShares(rows: readonly Row[]): string {
  const counts = tones
    .map((tone) => ({ tone, members: rows.filter((row) => row.tone === tone) }))
    .filter(({ members }) => members.length > 0);
  const bars = counts.map(
    ({ tone, members }) => `<span class="tone-${tone}" style="--share:${members.length}"></span>`,
  );
  const items = counts.map(({ tone, members }) => {
    const [first, ...others] = new Set(members.map(({ word }) => word));
    const name = others.length === 0 && first !== undefined ? first : toneWords[tone];
    return `<li class="tone-${tone}"><span class="dot"></span>${escaped(name)}: ${inDigits(members.length)}</li>`;
  });
  return `<div class="shares" aria-hidden="true">${bars.join('')}</div>
<ul class="legend" aria-label="Audiences by status">${items.join('')}</ul>`;
}

const toneWords: Readonly<Record<Tone, string>> = {
  live: 'Live',
  computing: 'Computing',
  disabled: 'Disabled',
  failed: 'Failed',
  other: 'Other',
};

const findingTitles: Readonly<Record<FindingKind, string>> = {
  failed: 'Computation failed',
  cycle: 'Built in a circle',
  removed_key: 'Built on a key that no audience has',
  near_plan_limit: "Near the plan's limit",
  duplicate_name: 'Same name',
  duplicate_definition: 'Same definition',
  sent_nowhere: 'Not connected to any destination',
  disabled: 'Disabled',
  batch_could_be_realtime: 'Computed in batches, could be in real time',
  not_built_on: 'Nothing is built on them',
};

const severities: Readonly<Record<Finding['severity'], { word: string; tone: string }>> = {
  error: { word: 'Error', tone: 'failed' },
  warning: { word: 'Warning', tone: 'missing' },
  hint: { word: 'Hint', tone: 'computing' },
};

function findingsSection({ findings, notes }: Reported, rows: readonly Row[]): string {
  const places = new Map(rows.map(({ audience }, place) => [audience.id, place]));
  const items = findings.map(({ kind, severity, message, audiences }) => {
    const { word, tone } = severities[severity];
    const listed = audiences.slice(0, maxListed).map(({ id, name }) => {
      const place = places.get(id);
      const shown = `<bdi>${escaped(nameOf({ id, name }, maxNameChars))}</bdi>`;
      return place === undefined ? shown : `<a href="#r${place}">${shown}</a>`;
    });
    const more = audiences.length - listed.length;
    const rest = more > 0 ? ` and ${inDigits(more)} more` : '';
    const names = listed.length === 0 ? '' : `<p class="names">${listed.join(', ')}${rest}</p>`;
    return `<li class="tone-${tone}"><h3>${findingTitles[kind]} <span class="severity">${word}</span></h3><p>${escaped(message)}</p>${names}</li>`;
  });
  const list =
    items.length === 0
      ? '<p>Nothing was found.</p>'
      : `<ul class="findings">${items.join('\n')}</ul>`;
  const told = notes.map((note) => `<p class="muted">${escaped(note)}</p>`).join('');
  return `<section aria-labelledby="findings"><h2 id="findings">What deserves a look</h2>
${list}
${told}</section>`;
}

function tableSection(rows: readonly Row[]): string {
  const maxSize = Math.max(1, rows[0]?.audience.size ?? 1);
  return `<section aria-labelledby="audiences"><h2 id="audiences">All audiences</h2>
<div class="scroll" tabindex="0" role="region" aria-label="Table of all audiences">
<table>
<caption>${counted(rows.length, 'audience')}, the largest first</caption>
<thead><tr><th scope="col">Name and key</th><th scope="col">Status</th><th scope="col" class="number">Members</th><th scope="col">Type</th><th scope="col">Computed</th><th scope="col" class="number">Built on it</th><th scope="col">Changed</th></tr></thead>
<tbody>
${rows.map((row, place) => rowHtml(row, place, maxSize)).join('\n')}
</tbody>
</table>
</div></section>`;
}

function rowHtml({ audience, word, tone }: Row, place: number, maxSize: number): string {
  const { key, size, type, cadence, usedBy, updatedAt } = audience;
  const own =
    key === undefined ? '' : `<small><bdi>${escaped(shortText(key, maxNameChars))}</bdi></small>`;
  const share = size === undefined ? 0 : (100 * size) / maxSize;
  const bar =
    size === undefined ? '' : `<span class="bar" style="--share:${share.toFixed(1)}%"></span>`;
  const cells = [
    `<th scope="row"><bdi>${escaped(nameOf(audience, maxNameChars))}</bdi>${own}</th>`,
    `<td class="status">${escaped(word)}</td>`,
    `<td class="number size">${size === undefined ? 'unknown' : inDigits(size)}${bar}</td>`,
    `<td>${typeWord(type) ?? 'unknown'}</td>`,
    `<td>${cadenceWord(cadence) ?? 'unknown'}</td>`,
    `<td class="number">${usedBy === undefined ? 'unknown' : inDigits(usedBy)}</td>`,
    `<td>${escaped(dayOf(updatedAt))}</td>`,
  ];
  return `<tr id="r${place}" class="tone-${tone}">${cells.join('')}</tr>`;
}

/** Segment writes times in ISO 8601. */
function dayOf(time: string | undefined): string {
  const [day] = /^\d{4}-\d{2}-\d{2}/.exec(time ?? '') ?? [];
  return day ?? shortText(time ?? 'unknown', maxWordChars);
}
