import { isFloat32Array } from '../internal/brands.js';
import { checkOptions, fail } from '../internal/check.js';
import { readRows } from './rows.js';
import type { RowMatrix, Rows } from './rows.js';

/** Two sets of features. */
export interface FeatureSets {
  /** [N, d], float32: those of the data. */
  readonly real: Rows;
  /** [M, d], float32: those of generated samples. */
  readonly fake: Rows;
}

/** Squares and sums of what is larger might overflow. */
const LARGEST = 1e150;

/** Reads both sets and checks that their features are of one length and of a size that has a square. */
export async function readFeatureSets(
  where: string,
  sets: unknown,
): Promise<{ real: RowMatrix; fake: RowMatrix }> {
  checkOptions(where, sets, ['real', 'fake'], 'features');
  const { real, fake } = sets as Partial<FeatureSets>;
  const matrices = {
    real: await readRows(where, 'real', real),
    fake: await readRows(where, 'fake', fake),
  };
  const { columns } = matrices.real;
  if (matrices.fake.columns !== columns)
    fail('shape', where, 'fake', `of ${columns} features, as \`real\``, matrices.fake.columns);
  for (const [name, { data }] of Object.entries(matrices)) {
    if (isFloat32Array(data)) continue;
    const at = data.findIndex((value) => Math.abs(value) >= LARGEST);
    if (at >= 0)
      fail(
        'value',
        where,
        name,
        `below ${LARGEST} in size`,
        `${data[at]} in row ${Math.floor(at / columns)}`,
      );
  }
  return matrices;
}

/** Checks `neighbors` against the sets in which as many others are looked for. */
export function checkNeighbors(
  where: string,
  neighbors: number,
  sets: Readonly<Record<string, RowMatrix>>,
): void {
  for (const [name, { rows }] of Object.entries(sets))
    if (rows <= neighbors)
      fail('shape', where, name, `of more than ${neighbors} rows, one and its \`neighbors\``, rows);
}
