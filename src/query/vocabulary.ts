import type { Argument, Expression } from './ast.ts';
import { extractorOf } from './catalog.ts';
import type { Level } from './check-options.ts';
import { nameOf } from './values.ts';

/** Whose traits a definition refers to. */
export type Collection = 'users' | 'accounts';

/** A stream with the names of the properties that are read from its items. */
export interface StreamNames {
  name: string;
  /** Properties of an event's context start with `context.`. */
  properties: ReadonlySet<string>;
}

/** The names in a definition by kind, in the order of the text. */
export interface Vocabulary {
  events: readonly StreamNames[];
  entities: readonly StreamNames[];
  traits: Readonly<Record<Collection, ReadonlySet<string>>>;
}

/** The properties of streams, by the name of the stream. */
type Streams = Map<string, Set<string>>;

/**
 * Collects the names in a definition.
 *
 * @param tree what could be read of it. @param type its level.
 */
export function vocabularyOf(tree: Expression, type: Level): Vocabulary {
  const gatherer = new Gatherer();
  gatherer.gather(tree, { collection: type === 'accounts' ? 'accounts' : 'users' });
  return {
    events: streamsOf(gatherer.events),
    entities: streamsOf(gatherer.entities),
    traits: gatherer.traits,
  };
}

/** The position of a name in a definition. */
interface Place {
  collection: Collection;
  /** The properties of the innermost enclosing stream. */
  properties?: Set<string>;
}

class Gatherer {
  readonly events: Streams = new Map();
  readonly entities: Streams = new Map();
  readonly traits = { users: new Set<string>(), accounts: new Set<string>() };

  gather(node: Argument, place: Place): void {
    switch (node.kind) {
      case 'and':
      case 'or':
        for (const operand of node.operands) this.gather(operand, place);
        return;
      case 'any':
      case 'all':
        this.gather(node.operand, { ...place, collection: 'users' });
        return;
      case 'not':
      case 'cast':
        this.gather(node.operand, place);
        return;
      case 'named':
        this.gather(node.value, place);
        return;
      case 'chain': {
        const [first, ...others] = node.calls;
        const inside = { ...place, properties: this.#begin(first, place) ?? place.properties };
        for (const { args } of others) for (const argument of args) this.gather(argument, inside);
      }
    }
  }

  /**
   * Records the name that a chain starts with.
   *
   * @returns the properties of the stream that it starts.
   */
  #begin(
    call: Parameters<typeof extractorOf>[0],
    { collection, properties }: Place,
  ): Set<string> | undefined {
    const { list, prefix } = extractorOf(call)?.refersTo ?? {};
    const argument = call?.args[0];
    if (!list || argument?.kind !== 'literal') return undefined;
    const name = nameOf(argument);
    switch (list) {
      case 'traits':
        this.traits[collection].add(name);
        return undefined;
      case 'properties':
        properties?.add(`${prefix}${name}`);
        return undefined;
      case 'events':
      case 'entities': {
        const known = this[list].get(name) ?? new Set<string>();
        this[list].set(name, known);
        return known;
      }
    }
  }
}

function streamsOf(streams: Streams): StreamNames[] {
  return [...streams].map(([name, properties]) => ({ name, properties }));
}
