import { checkFunction, checkOptions, fail } from '../../internal/check.js';
import { isOptimizer } from '../state/stateful_piece.js';
import type { Recipe } from './recipe.js';

const KEYS = [
  'name',
  'networks',
  'optimizers',
  'pieces',
  'identity',
  'owns',
  'options',
  'check',
  'step',
];

type Given = Readonly<Partial<Record<keyof Recipe<never, never>, unknown>>>;

/** Names of a checkpoint that every system has. */
const TAKEN = ['system', 'steps'];

/** Refuses a recipe that makes no system. */
export function checkRecipe(where: string, recipe: unknown): void {
  checkOptions(where, recipe, KEYS, 'recipe');
  const { name, networks, optimizers, pieces, check, step } = recipe as Given;
  if (typeof name !== 'string' || name === '') fail('type', where, 'name', 'a word', name);
  if (typeof networks !== 'function')
    for (const [network, model] of entries(where, 'networks', networks))
      if (typeof (model as { apply?: unknown } | undefined)?.apply !== 'function')
        fail('type', where, `networks.${network}`, 'a LayersModel', model);
  for (const [optimizer, one] of entries(where, 'optimizers', optimizers))
    if (!isOptimizer(one)) fail('type', where, `optimizers.${optimizer}`, 'an optimizer', one);
  const names = typeof networks === 'function' ? [] : Object.keys(networks as object);
  for (const piece of Object.keys(pieces ?? {}))
    if (TAKEN.includes(piece) || names.includes(piece) || piece.startsWith('optimizer/'))
      fail('value', where, 'pieces', 'by names that no other part of a checkpoint has', piece);
  checkFunction(where, 'step', step);
  if (check !== undefined) checkFunction(where, 'check', check);
}

function entries(where: string, parameter: string, record: unknown): [string, unknown][] {
  if (typeof record !== 'object' || record === null || Object.keys(record).length === 0)
    fail('type', where, parameter, 'an object with at least one entry', record);
  return Object.entries(record);
}
