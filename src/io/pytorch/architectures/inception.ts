import { SharedModule } from '../torch_module.js';
import type { Architecture, TorchModule } from '../torch_module.js';

const STEM = ['Conv2d_1a_3x3', 'Conv2d_2a_3x3', 'Conv2d_2b_3x3', 'Conv2d_3b_1x1', 'Conv2d_4a_3x3'];
const TRIPLE = ['branch3x3dbl_1', 'branch3x3dbl_2', 'branch3x3dbl_3'];
const A = ['branch1x1', 'branch5x5_1', 'branch5x5_2', ...TRIPLE, 'branch_pool'];
const B = ['branch3x3', ...TRIPLE];
const C = [
  ...['branch1x1', 'branch7x7_1', 'branch7x7_2', 'branch7x7_3'],
  ...[1, 2, 3, 4, 5].map((k) => `branch7x7dbl_${k}`),
  'branch_pool',
];
const D = [...['branch3x3_1', 'branch3x3_2'], ...[1, 2, 3, 4].map((k) => `branch7x7x3_${k}`)];
const E = [
  ...['branch1x1', 'branch3x3_1', 'branch3x3_2a', 'branch3x3_2b'],
  ...['branch3x3dbl_1', 'branch3x3dbl_2', 'branch3x3dbl_3a', 'branch3x3dbl_3b'],
  'branch_pool',
];
const BLOCKS: readonly (readonly [block: string, branches: readonly string[]])[] = [
  ...['5b', '5c', '5d'].map((k) => [`Mixed_${k}`, A] as const),
  ['Mixed_6a', B],
  ...['6b', '6c', '6d', '6e'].map((k) => [`Mixed_${k}`, C] as const),
  ['Mixed_7a', D],
  ...['7b', '7c'].map((k) => [`Mixed_${k}`, E] as const),
];

const convolution = (name: string): TorchModule => ({ conv: name, bn: `${name}_norm` });
const byName = (names: readonly string[], prefix = ''): Record<string, TorchModule> =>
  Object.fromEntries(names.map((name) => [name, convolution(prefix + name)]));

/** The Inception-v3 of pytorch-fid and torch-fidelity. */
export const inception: Architecture = {
  maker: 'inceptionV3',
  layouts: () => [
    {
      ...byName(STEM),
      ...Object.fromEntries(
        BLOCKS.map(([block, branches]) => [block, byName(branches, `${block}_`)]),
      ),
      fc: new SharedModule('logits_unbiased', 'logits'),
    },
  ],
};
