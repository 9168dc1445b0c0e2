#!/usr/bin/env node
'use strict';
// The bin. Any Node since version 6 can parse it, unlike the program; the build fills in MIN_NODE.

const found = process.versions.node;

if (isOlder(found.split('.').map(Number), MIN_NODE.split('.').map(Number))) {
  process.stderr.write(
    `segment-audiences-mcp: needs Node.js ${MIN_NODE} or later, but this is ${found} (${process.execPath}): install a later version, or have the client start one.\n`,
  );
  process.exitCode = 2;
} else {
  require('./program.js');
}

function isOlder(version, than) {
  const place = than.findIndex((number, index) => version[index] !== number);
  return place !== -1 && version[place] < than[place];
}
