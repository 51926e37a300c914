import type { Tensor3D, Tensor4D } from '@tensorflow/tfjs-core';
import { brightness } from './queries.js';

/** The brightness from which a cell is on a stroke. */
const STROKE = 0.25;

/** What attention maps look at, over all their pixels. */
export interface MapFigures {
  /** Mean of exp(entropy) of a pixel's map: 1 if it looks at one key only, the number of keys if at all equally. */
  readonly keys: number;
  /** Share of keys on strokes: what maps that are the same everywhere would give to strokes. */
  readonly strokes: number;
  /** Share of the attention that pixels on strokes, and those on the ground, give to keys on strokes; 0 without. */
  readonly fromStrokes: number;
  readonly fromGround: number;
  /** Mean distance between a pixel and the keys it looks at, in pixels of the image, and that of equal maps. */
  readonly distance: number;
  readonly equalDistance: number;
}

/**
 * Computes what maps look at.
 *
 * @param maps Attention `[n, queries, keys]` over a square map and a smaller one.
 * @param images The images `[n, h, w, 1]` that they belong to.
 */
export async function figuresOf(maps: Tensor3D, images: Tensor4D): Promise<MapFigures> {
  const [count, queries, keys] = maps.shape;
  const [across, keysAcross] = [Math.sqrt(queries), Math.sqrt(keys)];
  const side = images.shape[1];
  const [ofQueries, ofKeys] = [
    await brightness(images, across),
    await brightness(images, keysAcross),
  ];
  const middle = (i: number, cells: number) =>
    [((Math.floor(i / cells) + 0.5) * side) / cells, (((i % cells) + 0.5) * side) / cells] as const;
  const distances = Array.from({ length: queries }, (_, q) =>
    Array.from({ length: keys }, (_, k) => {
      const [[y, x], [v, u]] = [middle(q, across), middle(k, keysAcross)];
      return Math.hypot(y - v, x - u);
    }),
  );
  const values = await maps.data();
  const sums = { keys: 0, strokes: 0, distance: 0, equalDistance: 0 };
  const looks = { stroke: { queries: 0, share: 0 }, ground: { queries: 0, share: 0 } };
  for (let n = 0; n < count; n++) {
    const onStroke = ofKeys[n]!.map((bright) => bright > STROKE);
    sums.strokes += onStroke.filter(Boolean).length / keys;
    for (let q = 0; q < queries; q++) {
      let [entropy, share] = [0, 0];
      for (let k = 0; k < keys; k++) {
        const p = values[(n * queries + q) * keys + k]!;
        if (p > 0) entropy -= p * Math.log(p);
        if (onStroke[k]!) share += p;
        sums.distance += p * distances[q]![k]!;
        sums.equalDistance += distances[q]![k]! / keys;
      }
      sums.keys += Math.exp(entropy);
      const look = ofQueries[n]![q]! > STROKE ? looks.stroke : looks.ground;
      look.queries++;
      look.share += share;
    }
  }
  const all = count * queries;
  return {
    keys: sums.keys / all,
    strokes: sums.strokes / count,
    fromStrokes: looks.stroke.share / Math.max(1, looks.stroke.queries),
    fromGround: looks.ground.share / Math.max(1, looks.ground.queries),
    distance: sums.distance / all,
    equalDistance: sums.equalDistance / all,
  };
}
