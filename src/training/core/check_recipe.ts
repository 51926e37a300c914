import { fail } from '../../internal/check.js';
import { callback, custom, given } from '../../internal/option_kinds.js';
import { nested, optional, readOptions } from '../../internal/read_options.js';
import type { Option, Schema } from '../../internal/read_options.js';
import { isOptimizer } from '../state/stateful_component.js';
import type { Named } from './recipe.js';
import { SYSTEM_SCHEMA } from './system_schema.js';

/** Names in a checkpoint that every system uses itself. */
const TAKEN = ['system', 'steps'];

/** Reads values by name, at least one. */
const named = (rule: string, fits: (value: unknown) => boolean): Option<Named<unknown>> =>
  custom<Named<unknown>>((where, parameter, value): asserts value is Named<unknown> => {
    if (typeof value !== 'object' || value === null || Object.keys(value).length === 0)
      fail('type', where, parameter, 'an object with at least one entry', value);
    for (const [name, one] of Object.entries(value))
      if (!fits(one)) fail('type', where, `${parameter}.${name}`, rule, one);
  });

const models = named(
  'a LayersModel',
  (model) => typeof (model as { apply?: unknown } | undefined)?.apply === 'function',
);

/** Schema of the parts of a recipe. */
const RECIPE = {
  name: custom<string>((where, parameter, value): asserts value is string => {
    if (typeof value !== 'string' || value === '')
      fail('type', where, parameter, 'a string that is not empty', value);
  }),
  networks: (where, parameter, value) =>
    typeof value === 'function' ? {} : models(where, parameter, value),
  optimizers: named('an optimizer', isOptimizer),
  components: given<Named<unknown> | undefined>(),
  identity: given(),
  owns: given(),
  options: optional(nested(SYSTEM_SCHEMA)),
  check: optional(callback()),
  step: callback(),
} satisfies Schema;

/** Refuses an invalid recipe. */
export function checkRecipe(where: string, recipe: unknown): void {
  const { networks, components } = readOptions<unknown, typeof RECIPE>(
    where,
    recipe,
    RECIPE,
    'recipe',
  );
  const taken = [...TAKEN, ...Object.keys(networks)];
  for (const component of Object.keys(components ?? {}))
    if (taken.includes(component) || component.startsWith('optimizer/'))
      fail(
        'value',
        where,
        'recipe.components',
        'by names that no other part of a checkpoint has',
        component,
      );
}
