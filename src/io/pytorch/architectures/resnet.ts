import { countLayers } from '../torch_module.js';
import type { Architecture, TorchModule } from '../torch_module.js';

/** The ResnetGenerator of pytorch-CycleGAN-and-pix2pix. */
export const resnet: Architecture = {
  maker: 'resnetGenerator',
  layouts: (has) => {
    const blocks = countLayers(has, (k) => `block${k}_a`);
    // zero padding is done by the convolution, and needs no module
    const pad = has('block0_a_pad') ? [null] : [];
    const block = (k: number, dropout: boolean): TorchModule => {
      const [a, b] = [`block${k}_a`, `block${k}_b`];
      return {
        conv_block: [
          ...[...pad, a, `${a}_norm`, null],
          ...(dropout ? [null] : []), // shifts the numbers after it by one
          ...[...pad, b, `${b}_norm`],
        ],
      };
    };
    const network = (dropout: boolean): TorchModule => ({
      model: [
        ...[null, 'encode0', 'encode0_norm', null],
        ...['encode1', 'encode1_norm', null],
        ...['encode2', 'encode2_norm', null],
        ...Array.from({ length: blocks }, (_, k) => block(k, dropout)),
        ...['decode0', 'decode0_norm', null],
        ...['decode1', 'decode1_norm', null],
        ...[null, 'output', null],
      ],
    });
    const own = has('block0_drop');
    return [network(own), network(!own)];
  },
};
