import { countLayers } from '../torch_module.js';
import type { Architecture, TorchModule } from '../torch_module.js';

/** The NLayerDiscriminator of pytorch-CycleGAN-and-pix2pix; its first and its last layer have no norm. */
export const patch: Architecture = {
  maker: 'patchDiscriminator',
  layouts: (has) => {
    const last = countLayers(has, (k) => `conv${k}`) - 1;
    const inner = Array.from({ length: Math.max(last - 1, 0) }, (_, i) => `conv${i + 1}`);
    const network = (slot: boolean): TorchModule => ({
      model: [
        ...['conv0', null],
        ...inner.flatMap((name) => (slot ? [name, `${name}_norm`, null] : [name, null])),
        `conv${last}`,
      ],
    });
    // the reference has a module in place of a missing norm; other code has none
    const bare = inner.every((name) => !has(`${name}_norm`));
    return bare ? [network(true), network(false)] : [network(true)];
  },
};
