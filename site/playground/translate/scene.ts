import { colourOf, nearestClass } from '../../../examples/street_scenes/palette.js';
import { drawScene } from '../../../examples/street_scenes/scenes.js';
import type { Picture } from './picture.js';
import { HELD_OUT, SCENE } from './settings.js';

const square = (values: Float32Array): Picture => ({
  width: SCENE,
  height: SCENE,
  channels: 3,
  values,
});

/** Draws held-out scene `number` of the example: its photo, and the classes of its pixels. */
export function heldOutScene(number: number): { photo: Picture; labels: Uint8Array } {
  const { photo, labels } = drawScene(0, HELD_OUT + number, SCENE);
  return { photo: square(photo), labels };
}

/** Makes a picture of classes, in the colours of the palette. */
export const mapOf = (labels: Uint8Array): Picture => square(colourOf(labels));

/** Returns the share of the pixels of a map whose nearest colour is that of their class. */
export function rightShare({ values }: Picture, labels: Uint8Array): number {
  const right = nearestClass(values).filter((label, pixel) => label === labels[pixel]);
  return right.length / labels.length;
}
