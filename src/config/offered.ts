import { defaultToolsets, listedTools, toolsIn } from '../tools/toolsets.ts';
import type { Config } from './config.ts';

/** What of the settings decides which tools are offered. */
type Choice = Pick<Config, 'tools' | 'toolsets' | 'policy'>;

/** The tools that are not offered, by name, each with the setting that rules it out. */
export function switchedOffBy({
  tools: only,
  toolsets: given,
  policy,
}: Choice): ReadonlyMap<string, string> {
  const chosen = given ?? (only ? undefined : defaultToolsets);
  const inToolsets = chosen?.flatMap(toolsIn).map(({ name }) => name);
  const off = new Map<string, string>();
  for (const { name, hints } of listedTools) {
    if (policy.readOnly && !hints.readOnlyHint) off.set(name, '--read-only (SEGMENT_READ_ONLY)');
    else if (only?.includes(name) === false) off.set(name, '--tools (SEGMENT_TOOLS)');
    else if (inToolsets?.includes(name) === false) off.set(name, '--toolsets (SEGMENT_TOOLSETS)');
  }
  return off;
}

/**
 * The tools that a caller is not offered, where a server has several: what their policy rules out in
 * addition to the settings is ruled out by their access.
 */
export function switchedOffFor(callers: Choice, servers: Choice): ReadonlyMap<string, string> {
  const byServer = switchedOffBy(servers);
  const names = [...switchedOffBy(callers).keys()];
  return new Map(names.map((name) => [name, byServer.get(name) ?? 'your access policy']));
}

/** Why no tool is left, in a sentence; undefined if one is. */
export function problemWithTools(choice: Choice): string | undefined {
  const off = switchedOffBy(choice);
  if (listedTools.some(({ name }) => !off.has(name))) return undefined;
  const settings = [
    ...(choice.tools ? ['--tools (SEGMENT_TOOLS)'] : []),
    ...(choice.toolsets ? ['--toolsets (SEGMENT_TOOLSETS)'] : []),
    ...(choice.policy.readOnly ? ['--read-only (SEGMENT_READ_ONLY)'] : []),
  ];
  return `${settings.join(' and ')} leave no tool: name at least one that ${settings.length > 1 ? 'all of them allow' : 'it allows'}.`;
}
