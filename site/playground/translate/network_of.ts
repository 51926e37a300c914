import type { StateArray } from 'gan-kit';
import type { Normalization, ResnetGeneratorOptions } from 'gan-kit/models';

/** What the names and shapes of a file tell of a generator of pytorch-CycleGAN-and-pix2pix. */
export type Network = Shared & (ResNet | UNet);

interface Shared {
  readonly filters: number;
  readonly inputChannels: number;
  readonly outputChannels: number;
  readonly normalization: Normalization;
  /** Sizes of pictures are multiples of it. */
  readonly multipleOf: number;
}

interface ResNet {
  readonly architecture: 'resnet';
  readonly blocks: number;
  /** The file does not tell reflection from repeated borders. */
  readonly padding: NonNullable<ResnetGeneratorOptions['padding']>;
  readonly hasDropout: boolean;
}

interface UNet {
  readonly architecture: 'unet';
  readonly downsamplings: number;
}

type StateDict = Readonly<Record<string, StateArray>>;

/**
 * Finds the generator that a file is of, by the names and shapes in it. Wrappers may have put something before the
 * names; of several generators in a file the first is found.
 *
 * @throws Error if it is none.
 */
export function networkOf(stateDict: StateDict): Network {
  const names = Object.keys(stateDict);
  for (const name of names) {
    const { shape } = stateDict[name]!;
    if (/(^|\.)model\.model\.0\.weight$/.test(name) && isKernel(shape, 4))
      return unetOf(stateDict, name.slice(0, -'0.weight'.length));
    if (/(^|\.)model\.1\.weight$/.test(name) && isKernel(shape, 7))
      return resnetOf(stateDict, name.slice(0, -'1.weight'.length));
  }
  const some = names.slice(0, 3).map((name) => `${name} [${stateDict[name]!.shape.join(',')}]`);
  throw new Error(
    'The file must have the weights of a generator of pytorch-CycleGAN-and-pix2pix, resnet_*blocks or unet_*. ' +
      `Received: ${names.length} entries${some.length === 0 ? '' : `, ${some.join(', ')} …`}.`,
  );
}

const isKernel = (shape: readonly number[], size: number): boolean =>
  shape.length === 4 && shape[2] === size && shape[3] === size;

/** Tells the normalization of a layer by what it has: batch norms have weights, and with instance norms it has a bias. */
const normalizationOf = (stateDict: StateDict, layer: string, norm: string): Normalization =>
  `${norm}.weight` in stateDict ? 'batch' : `${layer}.bias` in stateDict ? 'instance' : 'none';

/** @param root What is before the numbers of the outermost level. */
function unetOf(stateDict: StateDict, root: string): Network {
  const downs = [`${root}0`];
  let level = `${root}1.model.`;
  while (`${level}1.weight` in stateDict) {
    downs.push(`${level}1`);
    level += '3.model.';
  }
  const [filters, inputChannels] = stateDict[`${root}0.weight`]!.shape;
  return {
    architecture: 'unet',
    filters: filters!,
    inputChannels: inputChannels!,
    outputChannels: stateDict[`${root}3.weight`]?.shape[1] ?? inputChannels!,
    normalization: normalizationOf(stateDict, downs[0]!, `${root}1.model.2`),
    downsamplings: downs.length,
    multipleOf: 2 ** downs.length,
  };
}

/** @param root What is before the numbers of the modules. */
function resnetOf(stateDict: StateDict, root: string): Network {
  const kernels = Object.keys(stateDict).filter(
    (name) => name.startsWith(root) && stateDict[name]!.shape.length === 4,
  );
  const inBlocks = kernels.filter((name) => name.includes('.conv_block.'));
  const has = (end: string) => inBlocks.some((name) => name.endsWith(`.conv_block.${end}.weight`));
  const [filters, inputChannels] = stateDict[`${root}1.weight`]!.shape;
  const last = kernels.find(
    (name) => name !== `${root}1.weight` && isKernel(stateDict[name]!.shape, 7),
  );
  const isPadded = has('1'); // by a module of its own
  return {
    architecture: 'resnet',
    filters: filters!,
    inputChannels: inputChannels!,
    outputChannels: (last === undefined ? inputChannels : stateDict[last]!.shape[0])!,
    normalization: normalizationOf(stateDict, `${root}1`, `${root}2`),
    blocks: inBlocks.length / 2,
    padding: isPadded ? 'reflect' : 'zero',
    hasDropout: has(isPadded ? '6' : '4'),
    multipleOf: 4,
  };
}

/** Says what a network is. */
export function describe(network: Network): string {
  const { filters, inputChannels, outputChannels, normalization } = network;
  const kind =
    network.architecture === 'resnet'
      ? `ResNet of ${network.blocks} blocks`
      : `U-Net of ${network.downsamplings} levels`;
  return `${kind}, ${filters} filters, ${inputChannels} → ${outputChannels} channels, normalization: ${normalization}`;
}
