import { readFileSync } from 'node:fs';
import * as z from 'zod';
import packageJson from '../package.json' with { type: 'json' };
import { type BundledPackage, npmPurl } from './bundled-packages.ts';
import { project } from './project.ts';

/*
 * The software bill of materials (SBOM), CycloneDX 1.6 (https://cyclonedx.org/docs/1.6/json/).
 * `npm sbom` would be empty, because everything is bundled and the package has no dependencies. It
 * has neither a time nor a serial number: the same sources give the same bytes.
 */

const lockSchema = z.object({
  packages: z.record(z.string(), z.object({ integrity: z.string().optional() })),
});

/** @param packages everything in the bundles. */
export function softwareBill(packages: readonly BundledPackage[]): object {
  const lock = lockSchema.parse(JSON.parse(readFileSync('package-lock.json', 'utf8')));
  const names = new Map(packages.map((each) => [each.name, each.purl]));
  const { name, version, description, license } = packageJson;
  const self = `${name}@${version}`;
  return {
    $schema: 'http://cyclonedx.org/schema/bom-1.6.schema.json',
    bomFormat: 'CycloneDX',
    specVersion: '1.6',
    version: 1,
    metadata: {
      lifecycles: [{ phase: 'build' }],
      component: {
        type: 'application',
        'bom-ref': self,
        name,
        version,
        description,
        licenses: [{ license: { id: license } }],
        ...(project.published ? { purl: npmPurl({ name, version }) } : {}),
      },
    },
    components: packages.map((each) => ({
      type: 'library',
      'bom-ref': each.purl,
      name: each.name,
      ...(each.version === undefined ? {} : { version: each.version }),
      scope: 'required',
      ...hashesOf(each.folder === undefined ? undefined : lock.packages[each.folder]?.integrity),
      licenses: [licenseOf(each.license)],
      purl: each.purl,
    })),
    dependencies: [
      { ref: self, dependsOn: [...names.values()] },
      ...packages.map((each) => ({
        ref: each.purl,
        dependsOn: each.dependencies.flatMap((dependency) => names.get(dependency) ?? []),
      })),
    ],
  };
}

function licenseOf(license: string): object {
  return /[ ()]/.test(license) ? { expression: license } : { license: { id: license } };
}

/** @param integrity as in a lockfile: `sha512-` and the hash in base64. */
function hashesOf(integrity: string | undefined): object {
  const [, base64] = /^sha512-(\S+)$/.exec(integrity ?? '') ?? [];
  if (base64 === undefined) return {};
  return { hashes: [{ alg: 'SHA-512', content: Buffer.from(base64, 'base64').toString('hex') }] };
}
