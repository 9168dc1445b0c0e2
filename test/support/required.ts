/*
 * Tests that need a program which is not installed everywhere are skipped without it, unless TEST_REQUIRE
 * has its word, as in CI: then they run, and fail. TEST_REQUIRE is a list with commas.
 */

const required = (process.env.TEST_REQUIRE ?? '').split(',');

/** Whether tests that need a program run here. */
export interface Requirement {
  isSkipped: boolean;
  /** For the titles of such tests; empty if they run. */
  note: string;
}

/**
 * @param word the word for TEST_REQUIRE. @param program its name for people.
 * @param debianPackage what to install.
 */
export function requirement(
  word: string,
  isFound: boolean,
  { program, debianPackage }: { program: string; debianPackage: string },
): Requirement {
  const isSkipped = !isFound && !required.includes(word);
  const why = `no ${program} is installed; apt-get install ${debianPackage}`;
  return { isSkipped, note: isSkipped ? ` (skipped: ${why})` : '' };
}
