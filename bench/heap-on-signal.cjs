const { getHeapSpaceStatistics } = require('node:v8');

/*
 * Loaded into the program with --require: at SIGUSR2 it collects garbage and says how many bytes are
 * left, and how many of them are machine code, which V8 goes on making for a while.
 */
process.on('SIGUSR2', () => {
  // The second time takes what the finalisers of the first set free.
  globalThis.gc();
  globalThis.gc();
  const code = getHeapSpaceStatistics().find(({ space_name }) => space_name === 'code_space');
  const { heapUsed } = process.memoryUsage();
  process.stderr.write(`heapUsed ${heapUsed}, code ${code.space_used_size}\n`);
});
