import type { Project } from '../project.ts';
import { repositoryName } from './addresses.ts';

/** What a release would be made from. */
export interface ReleaseAttempt {
  /** The repository that makes the release, as OWNER/NAME. */
  repository: string;
  /** The tag that triggers it. */
  tag: string;
  project: Project;
  /** The version of package.json. */
  version: string;
  /** The text of CHANGELOG.md. */
  changelog: string;
}

/** The reasons not to release, one sentence each; empty if a release may be made. */
export function releaseProblems(attempt: ReleaseAttempt): string[] {
  const { repository, tag, project, version, changelog } = attempt;
  const problems: string[] = [];
  const own = `${project.owner}/${repositoryName}`;
  if (project.owner === undefined) {
    problems.push(
      'src/project.ts names no owner: set it to the account that this repository belongs to.',
    );
  } else if (repository !== own) {
    problems.push(
      `This repository is ${repository}, but src/project.ts says ${own}: only that one releases.`,
    );
  }
  if (!project.published) {
    problems.push(
      'src/project.ts says that the package is not in the registry: publish it once by hand as CONTRIBUTING.md says, then set published to true and run npm run generate.',
    );
  }
  if (tag !== `v${version}`) {
    problems.push(
      `The tag is ${tag}, but the version in package.json is ${version}: expected v${version}.`,
    );
  }
  if (changelogSection(changelog, version) === undefined) {
    problems.push(`CHANGELOG.md has no section "## [${version}] - YYYY-MM-DD" with any content.`);
  }
  return problems;
}

/** The changelog's section about a version, without its heading; undefined if there is none. */
export function changelogSection(changelog: string, version: string): string | undefined {
  const sections = changelog.split(/^## /m).slice(1);
  const section = sections.find((each) => {
    const [heading = ''] = each.split('\n', 1);
    return heading.startsWith(`[${version}] - `) && /\d{4}-\d{2}-\d{2}$/.test(heading);
  });
  const text = section?.slice(section.indexOf('\n')).trim();
  return text ? `${text}\n` : undefined;
}
