import { isFloat32Array } from '../internal/brands.js';
import { checkOptions, fail } from '../internal/check.js';
import { readRows } from './rows.js';
import type { RowMatrix, Rows } from './rows.js';

/** Two sets of features. */
export interface FeatureSets {
  /** Features of the data, [N, d], float32. */
  readonly real: Rows;
  /** Features of generated samples, [M, d], float32. */
  readonly fake: Rows;
}

/** The bound on the size of features; squares and sums of larger values might overflow. */
const LARGEST = 1e150;

/** Reads both sets; refuses features of different lengths, and values whose squares might overflow. */
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

/** Refuses sets of fewer than `neighbors` + 1 rows. */
export function checkNeighbors(
  where: string,
  neighbors: number,
  sets: Readonly<Record<string, RowMatrix>>,
): void {
  for (const [name, { rows }] of Object.entries(sets))
    if (rows <= neighbors)
      fail('shape', where, name, `of more than ${neighbors} rows, one and its \`neighbors\``, rows);
}
