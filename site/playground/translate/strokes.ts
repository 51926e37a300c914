/** A pixel of a square grid, by its column and row. */
export type Pixel = readonly [column: number, row: number];

/** Sets the pixels of a square grid that are less than `width / 2` away from a line between two pixels. */
export function drawLine(
  grid: Uint8Array,
  side: number,
  [from, to]: readonly [Pixel, Pixel],
  value: number,
  width = 1,
): void {
  const steps = Math.max(Math.abs(to[0] - from[0]), Math.abs(to[1] - from[1]));
  const reach = Math.floor(width / 2);
  for (let step = 0; step <= steps; step++) {
    const share = steps === 0 ? 0 : step / steps;
    const column = Math.round(from[0] + share * (to[0] - from[0]));
    const row = Math.round(from[1] + share * (to[1] - from[1]));
    for (let dy = -reach; dy <= reach; dy++)
      for (let dx = -reach; dx <= reach; dx++) {
        const [x, y] = [column + dx, row + dy];
        const isNear = reach === 0 || Math.hypot(dx, dy) < width / 2;
        if (isNear && x >= 0 && y >= 0 && x < side && y < side) grid[y * side + x] = value;
      }
  }
}

/** The states of a grid before each stroke, for taking strokes back. */
export class Strokes {
  private readonly before: Uint8Array[] = [];

  /** Remembers the grid as it is before a stroke. */
  begin(grid: Uint8Array): void {
    this.before.push(grid.slice());
    if (this.before.length > 100) this.before.shift();
  }

  /** Returns the grid before the last stroke; undefined if there is none. */
  undo(): Uint8Array | undefined {
    return this.before.pop();
  }
}
