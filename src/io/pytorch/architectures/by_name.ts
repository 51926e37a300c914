import { patch } from './patch.js';
import { pixel } from './pixel.js';
import { resnet } from './resnet.js';
import { unet } from './unet.js';

/** The architectures whose weights travel, by name. */
export const ARCHITECTURES = { resnet, unet, patch, pixel } as const;

/** A name of an architecture; see {@link loadStateDict}. */
export type ArchitectureName = keyof typeof ARCHITECTURES;

export const ARCHITECTURE_NAMES = Object.keys(ARCHITECTURES) as ArchitectureName[];
