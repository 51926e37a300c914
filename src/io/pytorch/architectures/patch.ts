import { countLayers } from '../torch_module.js';
import type { Architecture } from '../torch_module.js';

/** NLayerDiscriminator of pytorch-CycleGAN-and-pix2pix; the first and the last layer have no norm. */
export const patch: Architecture = {
  maker: 'patchDiscriminator',
  layouts: (has) => {
    const last = countLayers(has, (k) => `conv${k}`) - 1;
    const inner = Array.from({ length: Math.max(last - 1, 0) }, (_, i) => `conv${i + 1}`);
    return [
      {
        model: [
          ...['conv0', null],
          ...inner.flatMap((name) => [name, `${name}_norm`, null]),
          `conv${last}`,
        ],
      },
    ];
  },
};
