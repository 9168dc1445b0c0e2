#!/usr/bin/env node
'use strict';
// The bin. Any Node since version 6 can read it, unlike the program; the build puts MIN_NODE in.

const found = process.versions.node;

if (isOlder(found.split('.').map(Number), MIN_NODE.split('.').map(Number))) {
  process.stderr.write(
    `segment-audiences-mcp: needs Node.js ${MIN_NODE} or later, but this is ${found} (${process.execPath}): install a later one, or have the client start that.\n`,
  );
  process.exitCode = 2;
} else {
  require('./program.js');
}

function isOlder(version, than) {
  const place = than.findIndex((number, index) => version[index] !== number);
  return place !== -1 && version[place] < than[place];
}
