/*
 * Generated from the tools by `npm run generate`; do not edit.
 */

/** The tools by toolset, in the order in which clients show them, and what each does. */
export const listed = {
  audiences: {
    list_audiences: 'reads',
    get_audience: 'reads',
    check_audience_query: 'reads',
    create_audience: 'writes',
    update_audience_for_space: 'writes',
    remove_audience_from_space: 'writes',
    change_audiences: 'writes',
    copy_audience: 'writes',
  },
  find: {
    find_audiences: 'reads',
    list_spaces: 'reads',
    list_audience_destinations: 'reads',
  },
  preview: {
    preview_audience: 'reads',
  },
  schema: {
    describe_space_schema: 'reads',
  },
  schedules: {
    list_audience_schedules: 'reads',
    set_audience_schedule: 'writes',
    remove_audience_schedule: 'writes',
    run_audience: 'writes',
  },
  computed_traits: {
    list_computed_traits: 'reads',
    get_computed_trait: 'reads',
    create_computed_trait: 'writes',
    update_computed_trait_for_space: 'writes',
    remove_computed_trait_from_space: 'writes',
  },
} as const;
