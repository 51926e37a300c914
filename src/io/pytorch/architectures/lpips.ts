import type { Architecture, TorchModule } from '../torch_module.js';

/** Convolutions with a ReLU behind each, and a pooling behind those that are named. */
function features(convolutions: number, pooled: readonly number[]): TorchModule {
  return Array.from({ length: convolutions }, (_, k) => [
    ...[`conv${k}`, null],
    ...(pooled.includes(k) ? [null] : []),
  ]).flat();
}

/** The part of torchvision's classifiers that LPIPS looks at. */
export const LPIPS_BACKBONES: Readonly<Record<'alex' | 'vgg', Architecture>> = {
  alex: { maker: 'lpipsNetwork', layouts: () => [{ features: features(5, [0, 1]) }] },
  vgg: { maker: 'lpipsNetwork', layouts: () => [{ features: features(13, [1, 3, 6, 9]) }] },
};
