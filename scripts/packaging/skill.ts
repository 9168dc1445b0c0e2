import { readFileSync } from 'node:fs';
import { numbered, type Routine, stepsOf } from '../../src/prompts/routine.ts';
import {
  buildAudience,
  cleanUp,
  dataRule,
  explainAudience,
  overviewFollows,
  reviewSpace,
} from '../../src/prompts/routines.ts';
import { skillName } from './plugin.ts';

/*
 * The skill of the plugin: the routines of the prompts, where every tool is offered, and the language.
 */

const description =
  "Find, write, check, size, create, change, review and clean up Twilio Segment audiences and computed traits with the segment-audiences MCP tools. Use when the user mentions Segment audiences, Engage, a segment of users or accounts, a definition such as event('…').count() >= 1, or asks who would be in an audience.";

/** The language, as a skill teaches it. */
const language = new URL('skill-language.md', import.meta.url);

/** The content of SKILL.md. */
export function skill(): string {
  const parts = [
    `---\nname: ${skillName}\ndescription: ${description}\n---`,
    '# Segment audiences',
    "Work through the tools of the MCP server `segment-audiences`. It waits for Segment's quota by itself, and in every error, `next` says what to do.",
    '## To build an audience: find, check, preview, ask, create, wait',
    stepsIn(buildAudience),
    `To change an audience, read it, pass its \`updatedAt\` as \`expectedUpdatedAt\`, and change only what the user named. Deleting, disabling and redefining need the user's agreement: on \`confirmation_required\`, show them the message and wait for their answer. Never agree in their place. ${dataRule}`,
    '## To explain an audience',
    stepsIn(explainAudience),
    '## To review a space',
    stepsIn(reviewSpace),
    '## To clean up',
    stepsIn(cleanUp),
    readFileSync(language, 'utf8').trimEnd(),
  ];
  return `${parts.join('\n\n')}\n`;
}

function stepsIn(routine: Routine): string {
  const steps = numbered(stepsOf(routine, () => true));
  // Nothing comes with a skill.
  return steps.replaceAll(overviewFollows, overviewFollows.replace('it follows, or is', 'it is'));
}
