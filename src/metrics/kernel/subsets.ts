import { isInt32Array } from '../../internal/brands.js';
import { checkOptions, fail } from '../../internal/check.js';
import { integer, seed as seedOption } from '../../internal/option_kinds.js';
import { RandomStream } from '../../internal/random.js';
import type { Option, OptionsOf } from '../../internal/read_options.js';
import type { RowMatrix } from '../rows.js';

/** The rows of the subsets: one array per subset, the same number of subsets from both sets. */
export interface SubsetIndices {
  readonly real: readonly Int32Array[];
  readonly fake: readonly Int32Array[];
}

/** The schema of the options that draw subsets. */
export const DRAWING: Readonly<Record<'subsets' | 'subsetSize' | 'seed', Option<number>>> = {
  subsets: integer({ min: 1, default: 100 }),
  subsetSize: integer({ min: 2, default: 1000 }),
  seed: seedOption(),
};

/** Draws subsets, each without replacement from the whole set. */
export function drawSubsets(
  where: string,
  sets: { real: RowMatrix; fake: RowMatrix },
  { subsets, subsetSize, seed }: OptionsOf<typeof DRAWING>,
): SubsetIndices {
  for (const [name, { rows }] of Object.entries(sets))
    if (subsetSize > rows)
      fail(
        'value',
        where,
        'subsetSize',
        `at most the rows of \`${name}\`, ${rows}`,
        subsetSize,
        'Subsets are drawn without replacement: take smaller ones, or more samples.',
      );
  const random = new RandomStream(seed, where);
  const indices: { real: Int32Array[]; fake: Int32Array[] } = { real: [], fake: [] };
  for (let s = 0; s < subsets; s++) {
    indices.real.push(random.permutation(sets.real.rows).slice(0, subsetSize));
    indices.fake.push(random.permutation(sets.fake.rows).slice(0, subsetSize));
  }
  return indices;
}

/** Refuses subsets unless the real and fake ones have equal sizes pair by pair, and each row occurs once at most. */
export function checkSubsets(
  where: string,
  sets: { real: RowMatrix; fake: RowMatrix },
  indices: unknown,
): asserts indices is SubsetIndices {
  checkOptions(where, indices, ['real', 'fake'], 'indices');
  const { real, fake } = indices as Partial<SubsetIndices>;
  for (const [name, list] of Object.entries({ real, fake })) {
    const parameter = `indices.${name}`;
    if (!Array.isArray(list) || list.length === 0 || list.length !== (real?.length ?? 0))
      fail('type', where, parameter, 'one Int32Array per subset, for real and fake alike', list);
    const { rows } = sets[name as 'real' | 'fake'];
    list.forEach((subset: unknown, s) => {
      if (!isInt32Array(subset)) fail('type', where, parameter, 'Int32Arrays', subset);
      if (subset.length < 2 || subset.length !== real![s]!.length)
        fail(
          'shape',
          where,
          parameter,
          'of 2 rows or more, as many real as fake',
          `${subset.length} in subset ${s}`,
        );
      const seen = new Set(subset);
      if (seen.size < subset.length || !subset.every((row) => row >= 0 && row < rows))
        fail('value', where, parameter, `different rows below ${rows}`, `others in subset ${s}`);
    });
  }
}
