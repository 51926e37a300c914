import type { layers } from '@tensorflow/tfjs-layers';
import { fail } from '../../../internal/check.js';
import { WholeMap, countLayers } from '../torch_module.js';
import type { Architecture, TorchModule } from '../torch_module.js';

/** Returns how the reference names a layer that it scales: by a child, or, in its older files, as the layer itself. */
type Naming = (module: TorchModule) => TorchModule;
const NAMINGS: readonly Naming[] = [(module) => ({ module }), (module) => module];

/** Lists the two layers of each stage above 4 × 4. */
const blocks = (stages: number, named: Naming): TorchModule[] =>
  Array.from({ length: stages - 1 }, (_, k) =>
    ['a', 'b'].map((side) => named(`conv${8 * 2 ** k}_${side}`)),
  );

/** Lists the layer to or from images of each stage. */
const images = (stages: number, named: Naming): TorchModule[] =>
  Array.from({ length: stages }, (_, stage) => named(`image${4 * 2 ** stage}`));

const generator = (stages: number, named: Naming): TorchModule => ({
  scaleLayers: blocks(stages, named),
  toRGBLayers: images(stages, named),
  formatLayer: named(new WholeMap('project', 'reshape', 'output', 'linear')),
  groupScale0: [named('conv4')],
});

const discriminator = (stages: number, named: Naming): TorchModule => ({
  scaleLayers: blocks(stages, named),
  fromRGBLayers: images(stages, named),
  decisionLayer: named('logit'),
  groupScaleZero: [named('conv4'), named(new WholeMap('dense', 'flatten', 'input', 'linear'))],
});

/** Refuses a model of the paper's form, which has the same names and computes something else. */
function check(where: string, byName: ReadonlyMap<string, layers.Layer>): void {
  const last = byName.get('conv4');
  if (last !== undefined && last.getConfig()['scaleBias'] !== true)
    fail('value', where, 'model', "with `form: 'zoo'`", 'a model of the paper’s form');
}

/** The Progressive GAN of pytorch_GAN_zoo. */
export const progressive: Architecture = {
  maker: 'progressiveGenerator or progressiveDiscriminator',
  equalized: true,
  unstored: ['fade'],
  check,
  layouts: (has) => {
    const stages = Math.max(
      countLayers(has, (stage) => `image${4 * 2 ** stage}`),
      1,
    );
    const network = has('project') || !has('logit') ? generator : discriminator;
    return NAMINGS.map((named) => network(stages, named));
  },
};
