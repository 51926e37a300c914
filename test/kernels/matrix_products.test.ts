import {
  backend,
  broadcast_util,
  dispose,
  fill,
  matMul,
  memory,
  tensor,
} from '@tensorflow/tfjs-core';
import { describe, expect, it } from 'vitest';
import { useBackend } from '../helpers/backends.js';
import { wasmHeap } from '../helpers/heap.js';
import { fc } from '../helpers/properties.js';
import { normal, runOn } from './on_both_backends.js';
import { ACTIVATIONS, products } from './references.js';

interface Product {
  readonly sizes: readonly [m: number, k: number, n: number];
  /** The axes before the last two. */
  readonly batches: readonly [a: number[], b: number[]];
  readonly transposeA: boolean;
  readonly transposeB: boolean;
}

const to = (max: number) => fc.integer({ min: 1, max });

/** Two batches of rank up to 2 that broadcast to one, in any way. */
const batches = fc
  .array(fc.tuple(to(3), fc.boolean(), fc.boolean()), { maxLength: 2 })
  .chain((axes) =>
    fc
      .tuple(fc.nat(axes.length), fc.nat(axes.length))
      .map(([fromA, fromB]): [number[], number[]] => [
        axes.slice(fromA).map(([size, isOne]) => (isOne ? 1 : size)),
        axes.slice(fromB).map(([size, , isOne]) => (isOne ? 1 : size)),
      ]),
  );

const productsOf = (sizes: fc.Arbitrary<Product['sizes']>): fc.Arbitrary<Product> =>
  fc.record({ sizes, batches, transposeA: fc.boolean(), transposeB: fc.boolean() });

const anyProduct = productsOf(fc.tuple(to(70), to(70), to(70)));

/** Operands, batch and result of a product. */
function prepare({ sizes: [m, k, n], batches: [ofA, ofB], transposeA, transposeB }: Product) {
  const a = normal('a', [...ofA, ...(transposeA ? [k, m] : [m, k])]);
  const b = normal('b', [...ofB, ...(transposeB ? [n, k] : [k, n])]);
  const batch = broadcast_util.assertAndGetBroadcastShape(ofA, ofB);
  const expected = products(
    batch,
    { ...a, isTransposed: transposeA },
    { ...b, isTransposed: transposeB },
  );
  return { a, b, shape: [...batch, m, n], expected };
}

async function expectProduct(product: Product): Promise<void> {
  const { a, b, shape, expected } = prepare(product);
  const { transposeA, transposeB } = product;
  const y = await runOn('wasm', 'BatchMatMul', { a, b }, { transposeA, transposeB });
  expect(y.shape).toEqual(shape);
  expect(y.values).toBeAllclose(expected, { rtol: 1e-5 });
}

async function expectFused(product: Product, activation: string, biased: boolean): Promise<void> {
  const { a, b, shape, expected } = prepare(product);
  const { transposeA, transposeB, sizes } = product;
  const columns = sizes[2];
  const bias = normal('bias', [columns]);
  const slopes = normal('slopes', [columns]);
  const isPrelu = activation === 'prelu';
  const y = await runOn(
    'wasm',
    '_FusedMatMul',
    { a, b, ...(biased && { bias }), ...(isPrelu && { preluActivationWeights: slopes }) },
    { transposeA, transposeB, activation, leakyreluAlpha: 0.3 },
  );
  expect(y.shape).toEqual(shape);
  const activated = expected.map((sum, i) => {
    const column = i % columns;
    const slope = isPrelu ? slopes.values[column]! : 0.3;
    return ACTIVATIONS[activation]!(biased ? sum + bias.values[column]! : sum, slope);
  });
  expect(y.values).toBeAllclose(activated, { rtol: 1e-5 });
}

describe('matrix products on wasm', () => {
  it('BatchMatMul is right for every pair of transposes, and of batches', async () => {
    await fc.assert(fc.asyncProperty(anyProduct, expectProduct), { seed: 2026, numRuns: 300 });
  });

  it('BatchMatMul is right with one size of 300', async () => {
    const large = fc
      .tuple(fc.nat(2), to(70), to(70), to(70))
      .map(([which, ...sizes]): Product['sizes'] => {
        sizes[which] = 300;
        return sizes;
      });
    await fc.assert(fc.asyncProperty(productsOf(large), expectProduct), { seed: 1, numRuns: 30 });
  });

  it.each(Object.keys(ACTIVATIONS))('_FusedMatMul is right with %s', async (activation) => {
    await fc.assert(
      fc.asyncProperty(anyProduct, fc.boolean(), (product, biased) =>
        expectFused(product, activation, biased),
      ),
      { seed: 2026, numRuns: 40 },
    );
  });

  const product = async (a: number[], b: number[]) => {
    const transposes = { transposeA: false, transposeB: false };
    const inputs = { a: normal('a', a), b: normal('b', b) };
    const { shape, values } = await runOn('wasm', 'BatchMatMul', inputs, transposes);
    return { shape, values: [...values] };
  };

  it('of nothing are empty', async () => {
    expect(await product([0, 3], [3, 2])).toEqual({ shape: [0, 2], values: [] });
    expect(await product([2, 3], [3, 0])).toEqual({ shape: [2, 0], values: [] });
    expect(await product([0, 2, 3], [0, 3, 2])).toEqual({ shape: [0, 2, 2], values: [] });
  });

  // what tfjs answers is whatever lies in memory
  it('of no terms are zero', async () => {
    await useBackend('wasm');
    dispose(fill([2, 2], 7));
    expect(await product([2, 0], [0, 2])).toEqual({ shape: [2, 2], values: [0, 0, 0, 0] });
  });

  it('of integers are those of tfjs, which refuses them', async () => {
    const ones = { shape: [2, 2], values: Int32Array.of(1, 1, 1, 1) };
    const transposes = { transposeA: false, transposeB: false };
    await expect(runOn('wasm', 'BatchMatMul', { a: ones, b: ones }, transposes)).rejects.toThrow(
      'non-float32',
    );
  });

  it('free what they borrow and what they make', async () => {
    await useBackend('wasm');
    const a = tensor(normal('a', [5, 20, 30]).values, [5, 20, 30]);
    const b = tensor(normal('b', [5, 30, 10]).values, [5, 30, 10]);
    const product = () => matMul(a, b).dispose();
    product();
    const [tensors, ids, heap] = [memory().numTensors, backend().numDataIds(), wasmHeap()];
    for (let i = 0; i < 200; i++) product();
    expect([memory().numTensors, backend().numDataIds(), wasmHeap()]).toEqual([tensors, ids, heap]);
    dispose([a, b]);
  });
});
