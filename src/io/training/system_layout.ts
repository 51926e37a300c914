import { fail } from '../../internal/check.js';
import { isStateful, partOf } from '../../internal/state.js';
import type { SavedState, TrainingSystem } from '../../types.js';
import { networkLayout } from './network_layout.js';
import type { NetworkLayout, Parameter } from './network_layout.js';
import { ruleOf } from './optimizer_rules.js';
import type { OptimizerRule } from './optimizer_rules.js';
import type { SpectralKeys } from '../pytorch/weight_rules.js';

/** What of a system is read and written here. */
export type TravellingSystem = Pick<
  TrainingSystem<never, unknown>,
  'networks' | 'optimizers' | 'state' | 'restore'
>;

/**
 * The networks that an optimizer moves, in the order of the reference code, by the kind of system. Others move the
 * network of their own name.
 */
const MOVED: Readonly<Record<string, Readonly<Record<string, readonly string[]>>>> = {
  CycleGAN: {
    generators: ['generatorAB', 'generatorBA'], // G_A, G_B
    discriminators: ['discriminatorB', 'discriminatorA'], // D_A, which judges images of B, and D_B
  },
};

/** An optimizer of a system, and its parameters in PyTorch's order. */
export interface OptimizerLayout {
  readonly name: string;
  readonly rule: OptimizerRule;
  readonly parameters: readonly (Parameter & { readonly network: string })[];
}

/** The parts of a system that travel. */
export interface SystemLayout {
  readonly networks: readonly NetworkLayout[];
  readonly optimizers: readonly OptimizerLayout[];
  /** The network whose weights the system averages, if it does. */
  readonly averaged: NetworkLayout | undefined;
}

/** What the networks of a system are in PyTorch. */
interface LayoutChoice {
  /** Their kinds by name. */
  readonly architectures: Readonly<Record<string, unknown>>;
  /** Where those are given, for messages. */
  readonly parameter: string;
  /** The names of spectrally normalized weights. */
  readonly keys: SpectralKeys;
}

/** Refuses what has no networks, optimizers and state. */
export function checkSystem(
  where: string,
  parameter: string,
  value: unknown,
): asserts value is TravellingSystem {
  const { networks, optimizers } = (value ?? {}) as Partial<TravellingSystem>;
  if (!isStateful(value) || typeof networks !== 'object' || typeof optimizers !== 'object')
    fail('type', where, parameter, 'a training system', value);
}

/** Lays out a system; refuses one with a network or an optimizer that has no counterpart. */
export function systemLayout(
  where: string,
  system: TravellingSystem,
  state: SavedState,
  { architectures, parameter, keys }: LayoutChoice,
): SystemLayout {
  const names = Object.keys(system.networks);
  const stray = Object.keys(architectures).find((name) => !names.includes(name));
  if (stray !== undefined)
    fail('value', where, parameter, `by the names of networks, ${names.join(', ')}`, stray);
  const networks = Object.entries(system.networks).map(([name, model]) =>
    networkLayout(where, `${parameter}.${name}`, {
      ...{ name, model, keys },
      architecture: architectures[name],
    }),
  );
  const kind = String(state.values['system/kind']);
  const optimizers = Object.keys(system.optimizers).map((name) => {
    const rule = ruleOf(partOf(state, `optimizer/${name}`));
    if (rule === undefined)
      fail(
        ...(['value', where, `system.optimizers.${name}`] as const),
        'made by adam or rmsprop of gan-kit',
        state.values[`optimizer/${name}/optimizer`],
      );
    const parameters = (MOVED[kind]?.[name] ?? [name]).flatMap((network) => {
      const layout = networks.find((one) => one.name === network);
      if (layout === undefined)
        fail(
          ...(['value', where, 'system'] as const),
          'one whose optimizers have the names of the networks that they move',
          `${name} beside ${names.join(', ')}`,
        );
      return layout.parameters.map((parameter) => ({ ...parameter, network }));
    });
    return { name, rule, parameters };
  });
  const generator = networks.find(({ name }) => name === 'generator');
  const isAveraged =
    generator && [...generator.paths.values()].every((path) => `ema/${path}` in state.arrays);
  return { networks, optimizers, averaged: isAveraged === true ? generator : undefined };
}
