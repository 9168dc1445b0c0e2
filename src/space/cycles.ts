/**
 * The groups of nodes of which each can be reached from each other, or which lead to themselves: the
 * strongly connected components with an edge (Tarjan 1972), without recursion, as a chain may be long.
 *
 * @param count nodes are the numbers below it. @param targetsOf where a node leads.
 * @returns each group in ascending order, by its first node.
 */
export function cyclesIn(
  count: number,
  targetsOf: (node: number) => readonly number[],
): number[][] {
  const found = new Search(targetsOf);
  for (let node = 0; node < count; node += 1) found.from(node);
  return found.groups.map((group) => group.sort((a, b) => a - b)).sort(([a = 0], [b = 0]) => a - b);
}

/** One node on the way of the search, and which of its targets comes next. */
interface Step {
  node: number;
  targets: readonly number[];
  next: number;
}

class Search {
  readonly groups: number[][] = [];
  readonly #targetsOf: (node: number) => readonly number[];
  /** When each node was found. */
  readonly #order = new Map<number, number>();
  /** The earliest node that each can lead back to, by when that was found. */
  readonly #earliest = new Map<number, number>();
  /** The nodes whose group is not complete. */
  readonly #open: number[] = [];
  readonly #isOpen = new Set<number>();
  readonly #way: Step[] = [];

  constructor(targetsOf: (node: number) => readonly number[]) {
    this.#targetsOf = targetsOf;
  }

  from(start: number): void {
    if (this.#order.has(start)) return;
    this.#enter(start);
    for (let step = this.#way.at(-1); step; step = this.#way.at(-1)) {
      const target = step.targets[step.next];
      step.next += 1;
      if (target === undefined) this.#leave(step);
      else if (!this.#order.has(target)) this.#enter(target);
      else if (this.#isOpen.has(target)) this.#leadsBack(step.node, this.#order.get(target) ?? 0);
    }
  }

  #enter(node: number): void {
    const order = this.#order.size;
    this.#order.set(node, order);
    this.#earliest.set(node, order);
    this.#open.push(node);
    this.#isOpen.add(node);
    this.#way.push({ node, targets: this.#targetsOf(node), next: 0 });
  }

  #leadsBack(node: number, order: number): void {
    this.#earliest.set(node, Math.min(this.#earliest.get(node) ?? order, order));
  }

  #leave({ node, targets }: Step): void {
    this.#way.pop();
    const earliest = this.#earliest.get(node) ?? 0;
    const before = this.#way.at(-1);
    if (before) this.#leadsBack(before.node, earliest);
    if (earliest !== this.#order.get(node)) return;
    const group = this.#open.splice(this.#open.lastIndexOf(node));
    for (const member of group) this.#isOpen.delete(member);
    if (group.length > 1 || targets.includes(node)) this.groups.push(group);
  }
}
