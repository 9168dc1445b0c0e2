/*
 * Loaded into the program with --require: at SIGUSR2 it collects garbage and says what is left.
 */
process.on('SIGUSR2', () => {
  // The second time takes what the finalisers of the first set free.
  globalThis.gc();
  globalThis.gc();
  process.stderr.write(`heapUsed ${process.memoryUsage().heapUsed}\n`);
});
