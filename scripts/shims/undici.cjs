// The parts of undici that the client needs. Its index would load fetch, web sockets, caches and
// mocks as well: a third of the bundle, which Node compiles at every start.
exports.Pool = require('../../node_modules/undici/lib/dispatcher/pool.js');
// Loaded where there is a proxy.
Object.defineProperty(exports, 'ProxyAgent', {
  get: () => require('../../node_modules/undici/lib/dispatcher/proxy-agent.js'),
});
