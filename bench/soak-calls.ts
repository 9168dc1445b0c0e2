import * as z from 'zod';
import type { Random } from '../src/sandbox/random.ts';

/** One call of a tool. */
export interface ToolCall {
  tool: string;
  args: Record<string, unknown>;
}

/** The maximum number of our own audiences, so that lists keep their length. */
const maxAudiences = 40;

const resultSchema = z.object({ audience: z.object({ id: z.string() }) });

/** Generates a mix of calls that suit what has been created so far. */
export class MixedCalls {
  readonly #random: Random;
  readonly #seeded: readonly [string, ...string[]];
  readonly #created: string[] = [];
  #number = 0;

  /** @param seeded ids that exist from the start, to be read and changed but not removed. */
  constructor(random: Random, seeded: readonly [string, ...string[]]) {
    this.#random = random;
    this.#seeded = seeded;
  }

  next(): ToolCall {
    this.#number += 1;
    const kind = this.#random.pick([
      this.#list,
      this.#get,
      this.#check,
      this.#make,
      this.#update,
      this.#remove,
      this.#badInput,
    ]);
    return kind.call(this);
  }

  /** Must be called for every result that is not an error. */
  note({ tool }: ToolCall, result: Record<string, unknown>): void {
    const id = resultSchema.safeParse(result).data?.audience.id;
    if (tool === 'create_audience' && id !== undefined) this.#created.push(id);
  }

  #anyId(): string {
    return this.#random.pick([...this.#seeded, ...this.#created]);
  }

  #list(): ToolCall {
    return { tool: 'list_audiences', args: { count: this.#random.whole(1, 50) } };
  }

  #get(): ToolCall {
    return { tool: 'get_audience', args: { id: this.#anyId() } };
  }

  #check(): ToolCall {
    const query = `event('Shoes Bought').where(property('price') > ${this.#number}).count() >= 1 AND trait('plan') = 'vip'`;
    return { tool: 'check_audience_query', args: { query } };
  }

  #make(): ToolCall {
    if (this.#created.length >= maxAudiences) return this.#remove();
    const query = `event('Order Completed').count() >= ${this.#number}`;
    return { tool: 'create_audience', args: { name: `Soak ${this.#number}`, query } };
  }

  #update(): ToolCall {
    const change = this.#random.pick<Record<string, unknown>>([
      { description: `Change ${this.#number}` },
      { query: `trait('total_spend') > ${this.#number}` },
      { filterByExternalIds: ['user_id', `id_${this.#number}`] },
    ]);
    return { tool: 'update_audience_for_space', args: { id: this.#anyId(), ...change } };
  }

  #remove(): ToolCall {
    const id = this.#created.shift();
    if (id === undefined) return this.#make();
    return { tool: 'remove_audience_from_space', args: { id } };
  }

  #badInput(): ToolCall {
    return this.#random.pick<ToolCall>([
      { tool: 'get_audience', args: {} },
      { tool: 'get_audience', args: { id: `aud_missing_${this.#number}` } },
      { tool: 'list_audiences', args: { count: 'many' } },
      { tool: 'create_audience', args: { name: 'Bad', query: `evnt('x').count() >= (` } },
      { tool: 'update_audience_for_space', args: { id: 'x', surprise: this.#number } },
      { tool: `no_tool_${this.#number}`, args: {} },
    ]);
  }
}
