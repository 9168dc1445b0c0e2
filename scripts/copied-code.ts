import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { noticesIn } from './license-texts.ts';

/** Code of others that is in the files of a package, and that is not installed as a package. */
export interface CopiedCode {
  name: string;
  /** Undefined where nothing says it. */
  version: string | undefined;
  /** As an SPDX expression. */
  license: 'MIT' | 'BSD-3-Clause' | 'Apache-2.0';
  /** What goes before the license's text; without it, the notice in the first file has both. */
  copyright?: string;
  purl: string;
  /** The package that contains it. */
  within: string;
  /**
   * The files that it is in, relative to the project, with the hash that they had when the facts were
   * looked up, in hexadecimal, where a new one could be of another version.
   */
  files: Readonly<Record<string, { sha256?: string }>>;
}

const undici = 'node_modules/undici/lib';
const ioredis = 'node_modules/ioredis/built';

/** The code that is copied, each row with the source of its facts. */
export const copiedCode: readonly CopiedCode[] = [
  {
    // Undici's package does not say which version it has. These files are those of the tag v7.29.0, where
    // deps/llhttp/include/llhttp.h says 9.3.0 (https://github.com/nodejs/undici/tree/v7.29.0/deps/llhttp).
    // The copyright is that of https://github.com/nodejs/llhttp/blob/main/LICENSE.
    name: 'llhttp',
    version: '9.3.0',
    license: 'MIT',
    copyright: 'Copyright Fedor Indutny, 2018.',
    purl: 'pkg:github/nodejs/llhttp@v9.3.0',
    within: 'undici',
    files: {
      [`${undici}/llhttp/llhttp-wasm.js`]: {
        sha256: '344f7ae80c983694372d9234584a1261ef5492ab219d6e573e933f5d1c715b00',
      },
      [`${undici}/llhttp/llhttp_simd-wasm.js`]: {
        sha256: '52c16227482700834512f2c2257eb44652f39b11f868600562274f476025e4bd',
      },
    },
  },
  {
    // A comment at a function: "formdata-polyfill. MIT License. Jimmy Wärting".
    name: 'formdata-polyfill',
    version: undefined,
    license: 'MIT',
    copyright: 'Copyright (c) Jimmy Wärting <https://jimmy.warting.se/opensource>',
    purl: 'pkg:npm/formdata-polyfill',
    within: 'undici',
    files: { [`${undici}/web/fetch/body.js`]: {} },
  },
  {
    // The comment at the beginning of both files, which has the license, too.
    name: 'es-toolkit',
    version: undefined,
    license: 'MIT',
    purl: 'pkg:npm/es-toolkit',
    within: 'ioredis',
    files: { [`${ioredis}/utils/defaults.js`]: {}, [`${ioredis}/utils/isArguments.js`]: {} },
  },
  {
    // The comment at the beginning of both files: "Portions adapted from node-redis".
    name: 'node-redis',
    version: undefined,
    license: 'MIT',
    copyright: 'Copyright (c) 2022-2023, Redis, Inc.',
    purl: 'pkg:github/redis/node-redis',
    within: 'ioredis',
    files: { [`${ioredis}/resp/decoder.js`]: {}, [`${ioredis}/resp/verbatim-string.js`]: {} },
  },
  {
    // A comment in the file: "adapted from @opentelemetry/redis-common (Apache 2.0)".
    name: '@opentelemetry/redis-common',
    version: undefined,
    license: 'Apache-2.0',
    copyright: 'Copyright The OpenTelemetry Authors',
    purl: 'pkg:npm/%40opentelemetry/redis-common',
    within: 'ioredis',
    files: { [`${ioredis}/tracing.js`]: {} },
  },
  {
    // A comment in the file, which names the license and https://gist.github.com/jaens.
    name: 'mapOnSchema',
    version: undefined,
    license: 'Apache-2.0',
    copyright: 'By Jaen, https://gist.github.com/jaens/7e15ae1984bb338c86eb5e452dee3010',
    purl: 'pkg:generic/mapOnSchema',
    within: 'zod',
    files: { 'node_modules/zod/v4/core/visit.js': {} },
  },
  {
    // The comment at the beginning of the file, which has the license, too.
    name: 'crc16',
    version: undefined,
    license: 'BSD-3-Clause',
    purl: 'pkg:generic/crc16',
    within: 'cluster-key-slot',
    files: { 'node_modules/cluster-key-slot/lib/index.js': {} },
  },
];

/**
 * The license text of copied code.
 *
 * @throws an Error if a file has changed since its facts were looked up, or has lost its notice.
 */
export function copiedText({ name, license, copyright, files }: CopiedCode): string {
  for (const [file, { sha256 }] of Object.entries(files)) {
    const hash = createHash('sha256').update(readFileSync(file)).digest('hex');
    if (sha256 !== undefined && hash !== sha256) {
      throw new Error(`${file} has changed: look up which ${name} it has, for copied-code.ts`);
    }
  }
  if (copyright !== undefined) {
    const terms = license === 'Apache-2.0' ? readFileSync(apacheLicense, 'utf8') : mitTerms();
    return `${copyright}\n\n${terms.trim()}`;
  }
  const [file = ''] = Object.keys(files);
  const [notice] = noticesIn(readFileSync(file, 'utf8'));
  if (notice === undefined) throw new Error(`${file} no longer has the license of ${name}`);
  return notice;
}

/** A file that has the license alone, and names nobody. */
const apacheLicense = 'node_modules/@opentelemetry/api/LICENSE';

/** The terms of the MIT license, which is our own: all after the copyright. */
const mitTerms = () => {
  const license = readFileSync('LICENSE', 'utf8');
  return license.slice(license.indexOf('Permission is hereby granted'));
};
