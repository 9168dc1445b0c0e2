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

/** A tool to open, with the arguments that matter most. */
export interface Start {
  tool: string;
  label: string;
  fields: readonly StartField[];
}

export const starts: readonly Start[] = [
  { tool: 'find_audiences', label: 'Find audiences', fields: [{ name: 'text', label: 'With' }] },
  { tool: 'list_audiences', label: 'All audiences', fields: [] },
  {
    tool: 'get_audience',
    label: 'An audience',
    fields: [{ name: 'id', label: 'Its id', required: true }],
  },
  {
    tool: 'check_audience_query',
    label: 'The query editor',
    fields: [{ name: 'query', label: 'Definition', required: true, isLong: true }],
  },
  {
    tool: 'preview_audience',
    label: 'A preview of a definition',
    fields: [{ name: 'query', label: 'Definition', required: true, isLong: true }],
  },
];
