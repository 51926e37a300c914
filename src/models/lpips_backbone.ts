import { input, layers, model } from '@tensorflow/tfjs-layers';
import type { LayersModel, SymbolicTensor } from '@tensorflow/tfjs-layers';
import { conv2d } from '../layers/conv2d.js';

/** The classifier whose features LPIPS compares: AlexNet or VGG16. */
export type LPIPSBackbone = 'alex' | 'vgg';

/** The architecture of a classifier. */
interface Plan {
  /** The convolutions before each compared layer: filters, kernel, stride and padding. */
  readonly stages: readonly (readonly (readonly [number, number, number, number])[])[];
  /** The window of max pooling, which has stride 2 and no padding. */
  readonly pool: number;
  /** The stages that start with max pooling. */
  readonly pooled: readonly number[];
  /** The smallest height and width for which the last pooling has an output pixel. */
  readonly smallest: number;
}

/** Lists `count` 3×3 convolutions of stride 1 and padding 1. */
const small = (filters: number, count: number) =>
  Array.from({ length: count }, () => [filters, 3, 1, 1] as const);

/** The architectures by their names. */
export const LPIPS_PLANS: Readonly<Record<LPIPSBackbone, Plan>> = {
  alex: {
    stages: [[[64, 11, 4, 2]], [[192, 5, 1, 2]], small(384, 1), small(256, 1), small(256, 1)],
    ...{ pool: 3, pooled: [1, 2], smallest: 31 },
  },
  vgg: {
    stages: [small(64, 2), small(128, 2), small(256, 3), small(512, 3), small(512, 3)],
    ...{ pool: 2, pooled: [1, 2, 3, 4], smallest: 16 },
  },
};

/**
 * Builds the convolutions of torchvision's AlexNet or VGG16, with kernels of zeros, for weights to be loaded.
 * The outputs are the five ReLUs that LPIPS compares: each convolution of AlexNet, and the last one
 * before each pooling of VGG16.
 */
export function emptyBackbone(name: LPIPSBackbone): LayersModel {
  const { stages, pool, pooled } = LPIPS_PLANS[name];
  const image = input({ shape: [null, null, 3], name: 'input' });
  let x: SymbolicTensor = image;
  let count = 0;
  const outputs = stages.map((convolutions, stage) => {
    if (pooled.includes(stage)) {
      const window = { poolSize: pool, strides: 2, padding: 'valid' } as const;
      x = layers.maxPooling2d({ ...window, name: `pool${stage}` }).apply(x) as SymbolicTensor;
    }
    for (const [filters, kernelSize, strides, padding] of convolutions) {
      const layer = `conv${count++}`;
      const fixed = { trainable: false, kernelInitializer: 'zeros' as const, name: layer };
      const made = conv2d({ filters, kernelSize, strides, padding, ...fixed }).apply(x);
      x = layers.reLU({ name: `${layer}_act` }).apply(made) as SymbolicTensor;
    }
    return x;
  });
  return model({ inputs: image, outputs, name: `lpips_${name}` });
}
