import packageJson from '../package.json' with { type: 'json' };

/** The name and version by which the program identifies itself, to clients and to Segment. */
export const { name, version } = packageJson;

/** The oldest supported Node.js, such as `20.18.1`. */
export const minNode = packageJson.engines.node.replace('>=', '');
