import type { layers } from '@tensorflow/tfjs-layers';
import { fail } from '../../../internal/check.js';
import { WholeMap, countLayers } from '../torch_module.js';
import type { Architecture, TorchModule } from '../torch_module.js';

const numbered = (count: number, name: string): string[] =>
  Array.from({ length: count }, (_, i) => `${name}${i + 1}`);

/**
 * Lists the modules of a block: a layer, its norm if `slot` is true, and its activation. A network without norms
 * has an empty module in the norm's place, or none.
 */
const block = (name: TorchModule, norm: string, slot: boolean): TorchModule[] =>
  slot ? [name, norm, null] : [name, null];

/**
 * Lists the modules of `main` in the generator: the layer of the latent vector, then blocks; the last layer has
 * tanh and no norm.
 *
 * @param linear Whether the first layer is linear, with an unflattening after it.
 */
function generator(count: number, slot: boolean, linear: boolean): TorchModule[] {
  const names = numbered(count, 'deconv');
  const first = linear
    ? [new WholeMap('project', 'reshape', 'output', 'linear'), null]
    : [new WholeMap('project', 'reshape', 'output')];
  return [
    ...first,
    ...(slot ? ['project_norm', null] : [null]),
    ...names.slice(0, -1).flatMap((name) => block(name, `${name}_norm`, slot)),
    ...[names.at(-1)!, null],
  ];
}

/**
 * Lists the modules of `main` in the discriminator: the first layer has no norm; the logit and its sigmoid come
 * last.
 */
function discriminator(count: number, slot: boolean): TorchModule[] {
  const [first, ...names] = numbered(count, 'conv');
  return [
    ...[first!, null],
    ...names.flatMap((name) => block(name, `${name}_norm`, slot)),
    ...[new WholeMap('logit', 'flatten', 'input'), null],
  ];
}

/**
 * Refuses odd kernels: with stride 2 they are padded more on one side here, but equally on both sides in PyTorch.
 */
function check(where: string, layersByName: ReadonlyMap<string, layers.Layer>): void {
  for (const layer of layersByName.values()) {
    const inner = 'layer' in layer ? (layer.layer as object) : layer;
    const [size] = [
      (inner as { readonly kernelSize?: number | readonly number[] }).kernelSize,
    ].flat();
    if (size !== undefined && size % 2 !== 0)
      fail(
        ...(['value', where, 'model', 'of an even `kernelSize`', size] as const),
        "PyTorch's DCGAN has `kernelSize: 4`; an odd one is padded otherwise there.",
      );
  }
}

/** The DCGAN of pytorch/examples and of PyTorch's tutorial. */
export const dcgan: Architecture = {
  maker: 'dcganGenerator or dcganDiscriminator',
  withoutBiases: true,
  movable: true,
  check,
  layouts: (has, layersByName) => {
    // the example's convolution has no bias for each place of the map, and another σ
    const linear = (layersByName.get('project')?.weights.length ?? 1) > 1;
    const make = (count: number, slot: boolean) =>
      has('project') ? generator(count, slot, linear) : discriminator(count, slot);
    const count = countLayers(has, (k) => `${has('project') ? 'deconv' : 'conv'}${k + 1}`);
    const bare = !has('project_norm') && !has('conv2_norm');
    const slots = bare ? [false, true] : [true];
    return slots.map((slot) => ({ main: make(Math.max(count, 1), slot) }));
  },
};
