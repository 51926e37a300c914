import type { Architecture, TorchModule } from '../torch_module.js';

/** Lists convolutions, each followed by a ReLU, and by a pooling too if its number is in `pooled`. */
function features(convolutions: number, pooled: readonly number[]): TorchModule {
  return Array.from({ length: convolutions }, (_, k) => [
    ...[`conv${k}`, null],
    ...(pooled.includes(k) ? [null] : []),
  ]).flat();
}

/** The layers of torchvision's classifiers that LPIPS uses, by network. */
export const LPIPS_BACKBONES: Readonly<Record<'alex' | 'vgg', Architecture>> = {
  alex: { maker: 'lpipsNetwork', layouts: () => [{ features: features(5, [0, 1]) }] },
  vgg: { maker: 'lpipsNetwork', layouts: () => [{ features: features(13, [1, 3, 6, 9]) }] },
};
