import { foldMirrored } from '../ops/mirror_pad.js';
import type { MirrorMode } from '../ops/mirror_pad.js';
import { gradFunc } from './gradient_repair.js';
import type { GradientRepair } from './gradient_repair.js';

interface MirrorPadAttrs {
  readonly paddings: [number, number][];
  readonly mode: MirrorMode;
}

/** The gradient with the mirrored borders' part, which tfjs drops. */
export const mirrorPad: GradientRepair = {
  kernelName: 'MirrorPad',
  make: () => ({
    kernelName: 'MirrorPad',
    inputsToSave: [],
    gradFunc: gradFunc<MirrorPadAttrs>((dy, _, { paddings, mode }) => ({
      x: () => foldMirrored(dy, paddings, mode),
    })),
  }),
};
