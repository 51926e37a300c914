import type { LayersModel } from '@tensorflow/tfjs-layers';
import type { Stateful } from '../../types.js';
import { identityComponent } from '../state/identity_component.js';
import type { Components } from '../state/joined_state.js';
import { modelComponent, statefulComponents } from '../state/stateful_component.js';
import type { Named, Recipe } from './recipe.js';
import type { StepCounter } from './step_counter.js';

type Networks = () => Readonly<Record<string, LayersModel>>;

/** Lists everything besides the networks that has a state, by its name in a checkpoint. */
export function componentsOf(
  { optimizers, components }: Pick<Recipe<never, unknown>, 'optimizers' | 'components'>,
  networks: Networks,
): Named<Stateful> {
  const named = Object.entries(optimizers).map(
    ([name, one]) => [`optimizer/${name}`, one] as const,
  );
  // optimizers last, after the component that chooses what they move
  return statefulComponents({ ...components, ...Object.fromEntries(named) }, networks);
}

/** Lists everything with a state; exchanged networks come last, after the component that chooses them. */
export function partsOf(
  recipe: Pick<
    Recipe<never, unknown>,
    'name' | 'identity' | 'networks' | 'optimizers' | 'components'
  >,
  steps: StepCounter,
  networks: Networks,
): Components {
  const { name, identity } = recipe;
  const models = Object.keys(networks()).map((network) => {
    const current = () => modelComponent(networks()[network]!);
    const component: Stateful = {
      state: () => current().state(),
      restore: (state) => current().restore(state),
    };
    return [network, component] as const;
  });
  const shared = { system: identityComponent({ kind: name, ...identity }), steps };
  const others = componentsOf(recipe, networks);
  return typeof recipe.networks === 'function'
    ? { ...shared, ...others, ...Object.fromEntries(models) }
    : { ...shared, ...Object.fromEntries(models), ...others };
}
