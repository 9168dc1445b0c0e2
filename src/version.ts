import packageJson from '../package.json' with { type: 'json' };

/** The name and version under which the program presents itself, to clients and to Segment. */
export const { name, version } = packageJson;
