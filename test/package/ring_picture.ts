/** The modes of the quick start's snippet, and how it draws: 18 columns and 9 rows a unit, from the middle. */
const MODES = Array.from({ length: 8 }, (_, k) => (2 * Math.PI * k) / 8).map((angle) => ({
  x: Math.cos(angle),
  y: Math.sin(angle),
}));
const COLUMNS = 18;
const ROWS = 9;
const CENTRE = { row: 11, column: 23 };
const HEIGHT = 23;

/** Three standard deviations of a mode. */
const NEAR = 0.15;

const nearest = (x: number, y: number, reach: number): number =>
  MODES.findIndex((mode) => Math.hypot(x - mode.x, y - mode.y) <= reach);

/** How many of the samples lie within 3σ of each mode. */
export function samplesPerMode(samples: readonly (readonly [number, number])[]): number[] {
  const counts = MODES.map(() => 0);
  for (const [x, y] of samples) {
    const mode = nearest(x, y, NEAR);
    if (mode >= 0) counts[mode]!++;
  }
  return counts;
}

/**
 * Reads the picture that ends the print of the snippet: how many of its darkest places, of four samples
 * or more, lie at each mode, and how many at none. A place is as wide as its row and column.
 */
export function readRing(printed: string): { darkPerMode: number[]; darkElsewhere: number } {
  const lines = printed.replace(/\n$/, '').split('\n').slice(-HEIGHT);
  const darkPerMode = MODES.map(() => 0);
  let darkElsewhere = 0;
  const reach = NEAR + Math.hypot(0.5 / COLUMNS, 0.5 / ROWS);
  for (const [row, line] of lines.entries())
    for (const [column, sign] of [...line].entries()) {
      if (sign !== '#') continue;
      const mode = nearest((column - CENTRE.column) / COLUMNS, (CENTRE.row - row) / ROWS, reach);
      if (mode >= 0) darkPerMode[mode]!++;
      else darkElsewhere++;
    }
  return { darkPerMode, darkElsewhere };
}
