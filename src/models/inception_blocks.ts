import type { SymbolicTensor } from '@tensorflow/tfjs-layers';
import { averages, chain, join, maxima } from './inception_units.js';
import type { Convolution } from './inception_units.js';

type Node = SymbolicTensor;

/** The first two convolutions of the branch with two 3×3 convolutions in a row. */
const TRIPLE: readonly Convolution[] = [
  ['branch3x3dbl_1', 64, 1],
  ['branch3x3dbl_2', 96, 3],
];

/** Builds a block of 35×35 with `pooled` channels from its average pooling. */
export function blockA(x: Node, block: string, pooled: number): Node {
  return join(block, [
    chain(x, block, [['branch1x1', 64, 1]]),
    chain(x, block, [
      ['branch5x5_1', 48, 1],
      ['branch5x5_2', 64, 5],
    ]),
    chain(x, block, [...TRIPLE, ['branch3x3dbl_3', 96, 3]]),
    chain(averages(x, block), block, [['branch_pool', pooled, 1]]),
  ]);
}

/** Builds the block from 35×35 to 17×17. */
export function blockB(x: Node, block: string): Node {
  return join(block, [
    chain(x, block, [['branch3x3', 384, 3, 2]]),
    chain(x, block, [...TRIPLE, ['branch3x3dbl_3', 96, 3, 2]]),
    maxima(x, block, 2),
  ]);
}

/** Builds a block of 17×17 with `inner` channels between the 1×7 and 7×1 parts of the 7×7 convolutions. */
export function blockC(x: Node, block: string, inner: number): Node {
  return join(block, [
    chain(x, block, [['branch1x1', 192, 1]]),
    chain(x, block, [
      ['branch7x7_1', inner, 1],
      ['branch7x7_2', inner, [1, 7]],
      ['branch7x7_3', 192, [7, 1]],
    ]),
    chain(x, block, [
      ['branch7x7dbl_1', inner, 1],
      ['branch7x7dbl_2', inner, [7, 1]],
      ['branch7x7dbl_3', inner, [1, 7]],
      ['branch7x7dbl_4', inner, [7, 1]],
      ['branch7x7dbl_5', 192, [1, 7]],
    ]),
    chain(averages(x, block), block, [['branch_pool', 192, 1]]),
  ]);
}

/** Builds the block from 17×17 to 8×8. */
export function blockD(x: Node, block: string): Node {
  return join(block, [
    chain(x, block, [
      ['branch3x3_1', 192, 1],
      ['branch3x3_2', 320, 3, 2],
    ]),
    chain(x, block, [
      ['branch7x7x3_1', 192, 1],
      ['branch7x7x3_2', 192, [1, 7]],
      ['branch7x7x3_3', 192, [7, 1]],
      ['branch7x7x3_4', 192, 3, 2],
    ]),
    maxima(x, block, 2),
  ]);
}

/**
 * Builds a block of 8×8 whose last branch starts with the given pooling. The network of 2015 has `'max'` in its last
 * block.
 */
export function blockE(x: Node, block: string, pooling: 'average' | 'max'): Node {
  const split = (y: Node, name: string) => [
    chain(y, block, [[`${name}a`, 384, [1, 3]]]),
    chain(y, block, [[`${name}b`, 384, [3, 1]]]),
  ];
  const narrow = chain(x, block, [['branch3x3_1', 384, 1]]);
  const wide = chain(x, block, [
    ['branch3x3dbl_1', 448, 1],
    ['branch3x3dbl_2', 384, 3],
  ]);
  const pooled = pooling === 'average' ? averages(x, block) : maxima(x, block, 1);
  return join(block, [
    chain(x, block, [['branch1x1', 320, 1]]),
    ...split(narrow, 'branch3x3_2'),
    ...split(wide, 'branch3x3dbl_3'),
    chain(pooled, block, [['branch_pool', 192, 1]]),
  ]);
}
