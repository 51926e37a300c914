/** Options of {@link cannyEdges}; both slopes in grey levels per pixel, where black is 0 and white is 1. */
export interface CannyOptions {
  /** Standard deviation of the blur before the slope is taken, in pixels. */
  readonly sigma: number;
  /** The least slope at which a line begins. */
  readonly high: number;
  /** The least slope of neighbours to which a line continues. */
  readonly low: number;
}

/**
 * Finds the edges of a grey picture, as lines one pixel wide; a diagonal has steps.
 *
 * 1. blur: g = G_σ ∗ x
 * 2. slope by Sobel: (∂x, ∂y) = g ∗ (S, Sᵀ) / 8, m = |(∂x, ∂y)|
 * 3. thin: keep m if it is larger than at both neighbours across the edge
 * 4. hysteresis: keep m ≥ high, and m ≥ low if it is connected to that
 *
 * The border is repeated outside the picture.
 *
 * @param grey The picture, row by row, values from 0 to 1.
 * @param width Number of pixels in a row.
 * @returns 1 on a line, 0 elsewhere.
 *
 * @see Canny 1986, "A Computational Approach to Edge Detection", IEEE PAMI 8(6)
 */
export function cannyEdges(
  grey: Float32Array,
  width: number,
  { sigma, high, low }: CannyOptions,
): Uint8Array {
  const height = grey.length / width;
  const at = (image: Float32Array, x: number, y: number) =>
    image[within(y, height) * width + within(x, width)]!;
  const blurred = blur(grey, width, sigma, at);
  const slope = new Float32Array(grey.length);
  const across = new Uint8Array(grey.length);
  for (let y = 0; y < height; y++)
    for (let x = 0; x < width; x++) {
      const near = (i: number, j: number) => at(blurred, x + i, y + j);
      const right = near(1, -1) + 2 * near(1, 0) + near(1, 1);
      const left = near(-1, -1) + 2 * near(-1, 0) + near(-1, 1);
      const below = near(-1, 1) + 2 * near(0, 1) + near(1, 1);
      const above = near(-1, -1) + 2 * near(0, -1) + near(1, -1);
      const [dx, dy] = [(right - left) / 8, (below - above) / 8];
      slope[y * width + x] = Math.hypot(dx, dy);
      across[y * width + x] = direction(dx, dy);
    }

  const thin = slope.map((m, i) => {
    const [i1, j1] = STEPS[across[i]!]!;
    const [x, y] = [i % width, Math.floor(i / width)];
    const before = outside(x - i1, y - j1) ? 0 : slope[i - j1 * width - i1]!;
    const after = outside(x + i1, y + j1) ? 0 : slope[i + j1 * width + i1]!;
    // keep one of two equal values, which are at both sides of a sharp step
    return m > before && m >= after ? m : 0;
  });
  return joined(thin);

  function outside(x: number, y: number): boolean {
    return x < 0 || y < 0 || x >= width || y >= height;
  }

  /** Marks the strong pixels, and the weak pixels that are connected to them. */
  function joined(m: Float32Array): Uint8Array {
    const lines = new Uint8Array(m.length);
    const open: number[] = [];
    const mark = (i: number) => {
      if (lines[i] === 1) return;
      lines[i] = 1;
      open.push(i);
    };
    m.forEach((value, i) => value >= high && mark(i));
    for (let i = open.pop(); i !== undefined; i = open.pop())
      for (let j = -1; j <= 1; j++)
        for (let k = -1; k <= 1; k++) {
          const [x, y] = [(i % width) + k, Math.floor(i / width) + j];
          if (!outside(x, y) && m[y * width + x]! >= low) mark(y * width + x);
        }
    return lines;
  }
}

const within = (place: number, size: number) => Math.min(size - 1, Math.max(0, place));

/** The steps to the next pixel in each of the four directions across an edge. */
const STEPS = [
  [1, 0],
  [1, 1],
  [0, 1],
  [-1, 1],
] as const;

/** Returns the nearest of the four directions to the slope; opposite slopes have the same direction. */
const direction = (dx: number, dy: number): number =>
  (Math.round(Math.atan2(dy, dx) / (Math.PI / 4)) + 4) % 4;

function blur(
  image: Float32Array,
  width: number,
  sigma: number,
  at: (image: Float32Array, x: number, y: number) => number,
): Float32Array {
  const reach = Math.ceil(3 * sigma);
  const weights = Array.from({ length: 2 * reach + 1 }, (_, i) =>
    Math.exp(-((i - reach) ** 2) / (2 * sigma ** 2)),
  );
  const total = weights.reduce((a, b) => a + b);
  const along = (from: Float32Array, dx: number, dy: number) =>
    from.map((_, i) => {
      const [x, y] = [i % width, Math.floor(i / width)];
      let sum = 0;
      for (let n = -reach; n <= reach; n++)
        sum += weights[n + reach]! * at(from, x + n * dx, y + n * dy);
      return sum / total;
    });
  return along(along(image, 1, 0), 0, 1);
}
