/** The side of a drawing of clothes, in pixels: that of the example. */
export const DRAWING = 32;
/** The side of a street scene. */
export const SCENE = 64;
/** The index of the first held-out scene of the example. */
export const HELD_OUT = 1_000_000;

/** The networks that the examples trained, by the names in the address of the page. */
export const OURS = ['edges', 'labels', 'photo'] as const;
export type OurName = (typeof OURS)[number];
export const NAMES = [...OURS, 'file'] as const;
export type Name = (typeof NAMES)[number];

export const TITLES: Readonly<Record<Name, string>> = {
  edges: 'edges → clothes',
  labels: 'label map → street',
  photo: 'street → label map',
  file: 'a .pth file of yours',
};

/**
 * The statistics that batch norms use: those of training, or those of the picture, together with dropout, as in the
 * published results of pix2pix.
 */
export const MODES = ['of training', 'of the picture'] as const;
export type Mode = (typeof MODES)[number];

/** The statistics that the examples translate with. */
export const OUR_MODES: Readonly<Record<OurName, Mode>> = {
  edges: 'of training',
  labels: 'of the picture',
  photo: 'of the picture',
};

/** Returns the network that an address names. */
export const nameFrom = (query: string): Name => {
  const named = new URLSearchParams(query).get('network');
  return NAMES.find((name) => name === named) ?? 'edges';
};

/** The sides of pictures for a network of a file. */
const SIDES = [32, 64, 128, 256, 512];

/** Returns the sides that a network takes. */
export const sidesFor = (multipleOf: number): number[] =>
  SIDES.filter((side) => side % multipleOf === 0);
