/*
 * Imports nothing: start-up code reads this without loading the sandbox.
 */

export interface Space {
  id: string;
  slug: string;
  name: string;
}

/** The sandbox's own spaces; the first is the default of `--sandbox`. */
export const sandboxSpaces = [
  { id: 'spa_shop_production', slug: 'shop-production', name: 'Shop (production)' },
  { id: 'spa_shop_staging', slug: 'shop-staging', name: 'Shop (staging)' },
] as const satisfies readonly Space[];

/** The one workspace that the sandbox's spaces belong to. */
export const workspace = { id: 'wksSandbox000000000001', slug: 'sandbox', name: 'Sandbox' };
