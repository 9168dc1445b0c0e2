/*
 * What the bar offers to open, as plain data.
 */

/** A field of a form, which becomes an argument of the tool. */
export interface StartField {
  /** The name of the argument. */
  name: string;
  label: string;
  required?: boolean;
  /** Whether it has several lines. */
  isLong?: boolean;
}

/** A tool to open, with the arguments that matter most; or a prompt, whose last message is shown. */
export interface Start {
  kind: 'tool' | 'prompt';
  name: string;
  label: string;
  fields: readonly StartField[];
}

export const starts: readonly Start[] = [
  {
    kind: 'tool',
    name: 'find_audiences',
    label: 'Find audiences',
    fields: [{ name: 'text', label: 'With' }],
  },
  { kind: 'tool', name: 'list_audiences', label: 'All audiences', fields: [] },
  {
    kind: 'tool',
    name: 'get_audience',
    label: 'An audience',
    fields: [{ name: 'id', label: 'Its id', required: true }],
  },
  {
    kind: 'tool',
    name: 'check_audience_query',
    label: 'The query editor',
    fields: [{ name: 'query', label: 'Definition', required: true, isLong: true }],
  },
  {
    kind: 'tool',
    name: 'preview_audience',
    label: 'A preview of a definition',
    fields: [{ name: 'query', label: 'Definition', required: true, isLong: true }],
  },
  { kind: 'prompt', name: 'review_space', label: 'What deserves a look', fields: [] },
];
