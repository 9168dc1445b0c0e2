// The parts of undici that the client needs. Its index would load fetch, web sockets, caches and
// mocks as well: a third of the bundle, which Node compiles at every start.
exports.Pool = require('../../node_modules/undici/lib/dispatcher/pool.js');
exports.buildConnector = require('../../node_modules/undici/lib/core/connect.js');
// Loaded where there is a proxy. Undici's index gives dispatchers the method by which it makes tunnels.
Object.defineProperty(exports, 'ProxyAgent', {
  get() {
    const Dispatcher = require('../../node_modules/undici/lib/dispatcher/dispatcher.js');
    Dispatcher.prototype.connect = require('../../node_modules/undici/lib/api/api-connect.js');
    return require('../../node_modules/undici/lib/dispatcher/proxy-agent.js');
  },
});
