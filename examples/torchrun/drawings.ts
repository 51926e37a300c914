/** The pixels across and down. */
export const SIZE = 32;

/** Drawings of one kind: `data` has them one after the other, a pixel each, in [−1, 1]. */
export interface Drawings {
  readonly count: number;
  readonly data: Float32Array;
}

/** Whether a point lies in a shape, at a distance from its middle in units of its radius. */
type Shape = (x: number, y: number) => boolean;
const disc: Shape = (x, y) => x * x + y * y < 1;
const square: Shape = (x, y) => Math.max(Math.abs(x), Math.abs(y)) < 0.8;
const ring: Shape = (x, y) => disc(x, y) && !disc(x * 1.4, y * 1.4);

/** Draws a shape in each image, of a place and a size that follow from the number of the image. */
function drawn(count: number, shape: Shape, light: number): Drawings {
  const data = new Float32Array(count * SIZE * SIZE);
  for (let k = 0; k < count; k++) {
    const part = (step: number) => (k * step) % 1; // fills its range evenly
    const radius = 5 + 6 * part(0.618);
    const [x, y] = [0.755, 0.57].map((step) => radius + (SIZE - 2 * radius) * part(step));
    for (let i = 0; i < SIZE * SIZE; i++) {
      const [column, row] = [i % SIZE, Math.floor(i / SIZE)];
      const inside = shape((column - x!) / radius, (row - y!) / radius);
      data[k * SIZE * SIZE + i] = inside ? light : -light;
    }
  }
  return { count, data };
}

/** The drawings of each kind of system, by their names in a batch. */
export const DRAWINGS = {
  /** Light discs. */
  gan: () => ({ real: drawn(512, disc, 0.9) }),
  /** Rings, and the discs that they surround. */
  pairs: () => ({ a: drawn(512, ring, 0.9), b: drawn(512, disc, 0.9) }),
  /** Light discs, and dark squares. */
  domains: () => ({ a: drawn(512, disc, 0.9), b: drawn(400, square, -0.9) }),
} as const;
