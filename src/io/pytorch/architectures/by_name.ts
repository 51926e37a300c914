import { dcgan } from './dcgan.js';
import { inception } from './inception.js';
import { patch } from './patch.js';
import { pixel } from './pixel.js';
import { progressive } from './progressive.js';
import { residual } from './residual.js';
import { resnet } from './resnet.js';
import { unet } from './unet.js';
import type { Architecture } from '../torch_module.js';

/** A name of an architecture; see {@link loadStateDict}. */
export type ArchitectureName =
  'resnet' | 'unet' | 'patch' | 'pixel' | 'inception' | 'dcgan' | 'residual' | 'progressive';

/** The architectures whose weights can be exchanged with PyTorch, by name. */
export const ARCHITECTURES: Readonly<Record<ArchitectureName, Architecture>> = {
  resnet,
  unet,
  patch,
  pixel,
  inception,
  dcgan,
  residual,
  progressive,
};

export const ARCHITECTURE_NAMES = Object.keys(ARCHITECTURES) as ArchitectureName[];
