import type { Optimizer } from '@tensorflow/tfjs-core';
import type { LayersModel } from '@tensorflow/tfjs-layers';
import { fail } from '../../internal/check.js';
import { countFrom } from '../../internal/state.js';
import type { SavedState, TrainingSystem } from '../../types.js';
import { createMixtureClassifier } from './ada_gan_classifier.js';
import type { MixtureClassifier } from './ada_gan_classifier.js';
import type { WeakGAN } from './ada_gan_options.js';
import type { ReadAdaGANOptions } from './read_ada_gan_options.js';
import { checkClassifier, checkWeakGAN } from './read_ada_gan_options.js';

/** What is trained for one component of the mixture. */
export interface Stage {
  /** The number of the component, from 0 on. */
  readonly index: number;
  readonly gan: WeakGAN;
  /** What tells data from the mixture so far; none for the first component. */
  readonly classifier: MixtureClassifier | undefined;
}

/** Makes the networks of component `index`. */
export function createStage(where: string, options: ReadAdaGANOptions, index: number): Stage {
  const gan = options.gan(index);
  checkWeakGAN(where, gan, options);
  if (index === 0) return { index, gan, classifier: undefined };
  try {
    const network = options.classifier(index);
    checkClassifier(where, network, options);
    const classifier = createMixtureClassifier(network, options.classifierOptimizer(index));
    return { index, gan, classifier };
  } catch (error) {
    freeStage({ index, gan, classifier: undefined });
    throw error;
  }
}

/** Ends a stage: takes its generator, at its averaged weights if there are any, and frees everything else. */
export function generatorOf(stage: Stage): LayersModel {
  const { gan } = stage;
  const { generator } = gan.networks;
  if (gan.ema !== undefined) generator.setWeights(gan.ema.weights);
  freeStage(stage, generator);
  return generator;
}

/** Frees a stage, but for a network that goes on. */
export function freeStage({ gan, classifier }: Stage, kept?: LayersModel): void {
  for (const system of [gan, classifier]) {
    if (system === undefined) continue;
    system.dispose();
    for (const network of Object.values<LayersModel>(system.networks))
      if (network !== kept) network.dispose();
    for (const optimizer of Object.values(system.optimizers)) optimizer.dispose();
  }
}

/** The systems of a stage by name. */
export const systemsOf = ({
  gan,
  classifier,
}: Stage): Record<string, TrainingSystem<never, object>> => ({
  gan,
  ...(classifier && { classifier }),
});

/** Joins the networks or optimizers of a stage, by `system/name`. */
export function joined<Kind extends 'networks' | 'optimizers'>(
  stage: Stage,
  kind: Kind,
): Readonly<Record<string, Kind extends 'networks' ? LayersModel : Optimizer>> {
  const all = Object.entries(systemsOf(stage)).flatMap(([name, system]) =>
    Object.entries(system[kind]).map(([own, one]) => [`${name}/${own}`, one] as const),
  );
  return Object.fromEntries(all);
}

/** Counts the generators of a state; a state of something else has no such count. */
export function componentsIn(where: string, state: SavedState): number | undefined {
  const key = 'progress/index';
  if (!(key in state.values)) return undefined;
  const count = countFrom(where, state, key);
  const last = `component/${count - 1}/`;
  if (count > 0 && !Object.keys(state.arrays).some((name) => name.startsWith(last)))
    fail('state', where, `state.values['${key}']`, 'the number of its components', count);
  return count;
}

/** Computes α of a mixture that grew by shares β: α ← ((1 − β) α, β) for each component. */
export const sharesOf = (components: number, beta: (k: number) => number): number[] =>
  Array.from({ length: components }, (_, k) => beta(k)).reduce<number[]>(
    (shares, share) => [...shares.map((one) => (1 - share) * one), share],
    [],
  );
