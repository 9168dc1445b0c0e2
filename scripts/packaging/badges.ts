import type { Project } from '../project.ts';
import { addressesOf, repositoryName } from './addresses.ts';

/** The workflow whose state the first badge shows. */
const workflow = 'ci.yml';

/**
 * The badges at the top of the README, in Markdown: the state of the checks, and once the package is
 * published its version and license there. Empty while the project has no owner.
 */
export function badges(of: Project): string {
  const addresses = addressesOf(of);
  if (!addresses) return '';
  const runs = `${addresses.page}/actions/workflows/${workflow}`;
  const all = [badge('CI', `${runs}/badge.svg`, runs)];
  if (of.published) {
    const inRegistry = `https://www.npmjs.com/package/${repositoryName}`;
    all.push(
      badge('npm', `https://img.shields.io/npm/v/${repositoryName}`, inRegistry),
      badge(
        'license',
        `https://img.shields.io/npm/l/${repositoryName}`,
        `${addresses.page}/blob/main/LICENSE`,
      ),
    );
  }
  return `${all.join('\n')}\n`;
}

function badge(text: string, image: string, target: string): string {
  return `[![${text}](${image})](${target})`;
}
