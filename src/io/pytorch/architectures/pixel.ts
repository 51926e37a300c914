import type { Architecture } from '../torch_module.js';

/** The PixelDiscriminator of pytorch-CycleGAN-and-pix2pix. */
export const pixel: Architecture = {
  maker: 'pixelDiscriminator',
  layouts: () => [{ net: ['conv0', null, 'conv1', 'conv1_norm', null, 'conv2'] }],
};
