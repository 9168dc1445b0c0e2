import packageJson from '../package.json' with { type: 'json' };

/** The name and version under which the program presents itself, to clients and to Segment. */
export const { name, version } = packageJson;

/** The oldest Node.js that runs it, such as `20.18.1`. */
export const minNode = packageJson.engines.node.replace('>=', '');
