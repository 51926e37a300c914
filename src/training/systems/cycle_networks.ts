import type { Optimizer } from '@tensorflow/tfjs-core';
import { patchDiscriminator } from '../../models/patch_discriminator.js';
import { resnetGenerator } from '../../models/resnet_generator.js';
import type { ResnetGeneratorOptions } from '../../models/resnet_generator.js';
import type { TranslationShape } from '../../models/translation_plan.js';
import type { CycleGANOptions, CycleNetworks } from './cycle_gan_options.js';

/** The networks of a cycle: those that are given, and the paper's for the others. */
export function cycleNetworks(options: CycleGANOptions<Optimizer, Optimizer>): CycleNetworks {
  const { inputShape, outputShape = inputShape, generatorOptions, discriminatorOptions } = options;
  const seeds = Array.from({ length: 4 }, (_, i) => 4 * (options.seed ?? 0) + i);
  const [a, b] = [inputShape!, outputShape!];
  const translator = (from: typeof a, to: typeof a, seed: number) =>
    resnetGenerator({ ...generatorOptions, inputShape: from, ...made(from, to), seed });
  const critic = (of: typeof a, seed: number) =>
    patchDiscriminator({ ...discriminatorOptions, inputShape: of, seed });
  const { generators, discriminators } = options;
  return {
    generatorAB: generators?.ab ?? translator(a, b, seeds[0]!),
    generatorBA: generators?.ba ?? translator(b, a, seeds[1]!),
    discriminatorA: discriminators?.a ?? critic(a, seeds[2]!),
    discriminatorB: discriminators?.b ?? critic(b, seeds[3]!),
  };
}

/** What a generator is told of the images it makes; those of free size are as large as what it is given. */
function made(
  from: TranslationShape,
  to: TranslationShape,
): Pick<ResnetGeneratorOptions, 'outputShape' | 'outputChannels'> {
  const isFree = [from, to].some(
    (shape) => Array.isArray(shape) && shape.slice(0, 2).includes(null),
  );
  return isFree && Array.isArray(to)
    ? { outputChannels: to[2] }
    : { outputShape: to as readonly [number, number, number] };
}
