/** The classes of a pixel, at the index of their number. */
export const CLASSES = [
  'road',
  'pavement',
  'building',
  'sky',
  'vegetation',
  'car',
  'person',
  'pole or sign',
] as const;

export type ClassName = (typeof CLASSES)[number];

/** Returns the number of a class. */
export const classOf = (name: ClassName): number => CLASSES.indexOf(name);

/** The colours of the classes in Cityscapes, as bytes of red, green and blue. */
export const PALETTE: readonly (readonly [number, number, number])[] = [
  [128, 64, 128],
  [244, 35, 232],
  [70, 70, 70],
  [70, 130, 180],
  [107, 142, 35],
  [0, 0, 142],
  [220, 20, 60],
  [220, 220, 0],
];

/** Converts classes to colours in [−1, 1], three values per pixel. */
export function colourOf(labels: Uint8Array): Float32Array {
  const picture = new Float32Array(3 * labels.length);
  labels.forEach((label, pixel) => {
    const colour = PALETTE[label]!;
    for (let c = 0; c < 3; c++) picture[3 * pixel + c] = colour[c]! / 127.5 - 1;
  });
  return picture;
}

/** Finds the class of the nearest colour, by squared distance, for every three values in [−1, 1]. */
export function nearestClass(picture: Float32Array): Uint8Array {
  const labels = new Uint8Array(picture.length / 3);
  for (let pixel = 0; pixel < labels.length; pixel++) {
    let least = Infinity;
    for (let label = 0; label < PALETTE.length; label++) {
      let distance = 0;
      for (let c = 0; c < 3; c++)
        distance += (127.5 * (picture[3 * pixel + c]! + 1) - PALETTE[label]![c]!) ** 2;
      if (distance < least) [least, labels[pixel]] = [distance, label];
    }
  }
  return labels;
}
