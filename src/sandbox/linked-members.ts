import { checkErrors, type EntityRecord, type Expression, membershipOf } from '../query/index.ts';
import type { DataGraph, EntityRow } from './data-graph.ts';
import type { SampleProfile } from './sample.ts';

/*
 * Which entities of a profile a linked definition includes. The reference does not state that; here
 * it is those for which one of its conditions on the relationship could hold if the profile had no
 * other: of `entity('orders').where(property('total') > 100).count() >= 2` the orders above 100.
 */

/** The entities of a matching profile, by way of a relationship, that a definition includes. */
export class TakenIn {
  readonly #graph: DataGraph;
  readonly #slug: string;
  readonly #conditions: readonly ReturnType<typeof membershipOf>[];
  readonly #now: number;

  /** @param now milliseconds since the epoch. */
  constructor(query: string, slug: string, graph: DataGraph, now: number) {
    this.#graph = graph;
    this.#slug = slug;
    this.#now = now;
    const [root] = graph.pathTo(slug);
    this.#conditions = root === undefined ? [] : conditionsOn(query, root).map(membershipOf);
  }

  of(profile: SampleProfile): EntityRow[] {
    const rows = this.#graph.rowsOf(profile, this.#slug);
    const conditions = this.#conditions;
    if (conditions.length === 0) return rows;
    const slugs = this.#graph.pathTo(this.#slug);
    return rows.filter(({ path }) => {
      const alone = { ...profile, entities: onlyThis(slugs, path) };
      return conditions.some((holds) => holds(alone, this.#now));
    });
  }
}

/** The conditions on entities of a relationship, one of which is now sufficient. */
function conditionsOn(query: string, slug: string): Expression[] {
  const { tree } = checkErrors(query, { type: 'linked', purpose: 'audience' });
  return positiveChains(tree).flatMap(({ calls }) => {
    const [extractor] = calls;
    const [argument] = extractor?.args ?? [];
    if (extractor?.name !== 'entity') return [];
    if (argument?.kind !== 'literal' || argument.text !== slug) return [];
    const filters = calls.filter(({ name }) => name === 'where');
    const end = filters.at(-1)?.end ?? extractor.end;
    return [
      checkErrors(`${query.slice(extractor.start, end)}.count() >= 1`, { type: 'linked' }).tree,
    ];
  });
}

function positiveChains(node: Expression): Extract<Expression, { kind: 'chain' }>[] {
  if (node.kind === 'chain') return [node];
  return node.kind === 'and' || node.kind === 'or' ? node.operands.flatMap(positiveChains) : [];
}

/** Related entities with only one at each step, without its other relations. */
function onlyThis(
  slugs: readonly string[],
  path: readonly EntityRecord[],
): Record<string, EntityRecord[]> {
  const [slug, ...slugsAfter] = slugs;
  const [record, ...pathAfter] = path;
  if (slug === undefined || !record) return {};
  if (pathAfter.length === 0) return { [slug]: [record] };
  return { [slug]: [{ ...record, entities: onlyThis(slugsAfter, pathAfter) }] };
}
