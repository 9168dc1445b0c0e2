import { cpSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { bundle } from './bundle.ts';
import { bundledPackages } from './bundled-packages.ts';
import { thirdPartyNotices } from './notices.ts';
import { pluginFolder, serverFiles } from './packaging/server-files.ts';
import { publicTypes } from './public-types.ts';
import { softwareBill } from './sbom.ts';

/*
 * Builds dist: the bundles, the declarations of the public modules, the notices and the SBOM. The
 * plugin gets a copy of what serves MCP, because clients copy only its folder.
 */

const { files, inputs } = await bundle();
const packages = bundledPackages(inputs);
rmSync('dist', { recursive: true, force: true });
mkdirSync('dist');
for (const [name, content] of files) {
  mkdirSync(dirname(join('dist', name)), { recursive: true });
  writeFileSync(join('dist', name), content);
}
for (const [name, content] of publicTypes()) writeFileSync(join('dist', name), content);
writeFileSync('dist/package.json', '{ "type": "commonjs" }\n');
writeFileSync('dist/THIRD-PARTY-NOTICES.txt', thirdPartyNotices(packages));
writeFileSync('dist/sbom.cdx.json', `${JSON.stringify(softwareBill(packages), null, 2)}\n`);

const pluginDist = join(pluginFolder, 'dist');
rmSync(pluginDist, { recursive: true, force: true });
mkdirSync(pluginDist, { recursive: true });
for (const name of serverFiles()) cpSync(join('dist', name), join(pluginDist, name));
