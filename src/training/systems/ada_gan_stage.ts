import type { Optimizer } from '@tensorflow/tfjs-core';
import type { LayersModel } from '@tensorflow/tfjs-layers';
import type { TrainingSystem } from '../../types.js';
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
  const network = options.classifier(index);
  checkClassifier(where, network, options);
  const classifier = createMixtureClassifier(network, options.classifierOptimizer(index));
  return { index, gan, classifier };
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
