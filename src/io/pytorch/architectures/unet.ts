import { countLayers } from '../torch_module.js';
import type { Architecture, TorchModule } from '../torch_module.js';

/**
 * The UnetGenerator of pytorch-CycleGAN-and-pix2pix: each level contains the next one, the last contains none.
 */
export const unet: Architecture = {
  maker: 'unetGenerator',
  layouts: (has) => {
    const depth = countLayers(has, (k) => `down${k}`);
    const level = (k: number): TorchModule => {
      const [down, up] = [`down${k}`, `up${k}`];
      if (k === 0) return { model: [down, ...(depth > 1 ? [level(1)] : []), null, up, null] };
      if (k >= depth - 1) return { model: [null, down, null, up, `${up}_norm`] };
      return { model: [null, down, `${down}_norm`, level(k + 1), null, up, `${up}_norm`, null] };
    };
    return [{ model: level(0) }];
  },
};
