import { definePrompt, type Prompt, type PromptArgument } from './prompt.ts';

/** The routines are imported when first needed, so that start-up does not wait for them. */
const routines = () => import('./routines.ts');

const spaceId: PromptArgument = {
  name: 'spaceId',
  kind: 'space',
  description: 'Space id; default: the configured space',
};

/** The tools that show which audiences there are. */
const lists = ['find_audiences', 'list_audiences'];

/** All prompts, in the order in which clients show them. */
export const prompts: readonly Prompt[] = [
  definePrompt({
    name: 'build_audience',
    title: 'Build an audience',
    description:
      'From a sentence to an audience: find names, check, preview, rehearse, ask, create',
    arguments: [
      {
        name: 'description',
        kind: 'text',
        description: 'Who should be in it, in your own words',
        required: true,
      },
      spaceId,
    ],
    needs: [['create_audience', 'check_audience_query']],
    routine: async () => (await routines()).buildAudience,
  }),
  definePrompt({
    name: 'review_space',
    title: 'Review a space',
    description: 'How the audiences of a space are doing, and what deserves a look',
    arguments: [spaceId],
    needs: [lists],
    withOverview: true,
    routine: async () => (await routines()).reviewSpace,
  }),
  definePrompt({
    name: 'explain_audience',
    title: 'Explain an audience',
    description: 'Who is in an audience, who builds on it, and where it is sent',
    arguments: [
      { name: 'audience', kind: 'audience', description: 'Name, key or id', required: true },
      spaceId,
    ],
    needs: [['get_audience']],
    routine: async () => (await routines()).explainAudience,
  }),
  definePrompt({
    name: 'clean_up',
    title: 'Clean up a space',
    description:
      'Propose what can be removed, with dependents and destinations; one agreement for all',
    arguments: [spaceId],
    needs: [lists, ['change_audiences', 'remove_audience_from_space']],
    withOverview: true,
    routine: async () => (await routines()).cleanUp,
  }),
];
