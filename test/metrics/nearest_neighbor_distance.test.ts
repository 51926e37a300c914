import { memory, tensor, tensor2d } from '@tensorflow/tfjs-core';
import type { Tensor } from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { RandomStream } from '../../src/internal/random.js';
import { nearestNeighborDistance } from '../../src/metrics/neighbors/nearest_neighbor_distance.js';
import type { NearestNeighborInputs } from '../../src/metrics/neighbors/nearest_neighbor_distance.js';
import { BACKENDS, ON_GPU, useBackend } from '../helpers/backends.js';
import { expectNoLeak } from '../helpers/leaks.js';
import { fc } from '../helpers/properties.js';

type Host = { data: Float32Array | Float64Array; shape: [number, number] };

/** Every pair in float64. */
function bruteForce(samples: Host, references: Host) {
  const [rows, columns] = samples.shape;
  const distances = new Float64Array(rows).fill(Infinity);
  const indices = new Int32Array(rows);
  for (let i = 0; i < rows; i++)
    for (let r = 0; r < references.shape[0]; r++) {
      let square = 0;
      for (let j = 0; j < columns; j++)
        square += (samples.data[i * columns + j]! - references.data[r * columns + j]!) ** 2;
      if (Math.sqrt(square) >= distances[i]!) continue;
      distances[i] = Math.sqrt(square);
      indices[i] = r;
    }
  return { distances, indices };
}

const normal = (seed: number, rows: number, columns: number, f = (x: number) => x): Host => ({
  data: new RandomStream(seed).normalValues(rows * columns).map(f),
  shape: [rows, columns],
});

describe.each(BACKENDS)('nearestNeighborDistance on %s', (name) => {
  beforeAll(() => useBackend(name));

  it.each(ON_GPU ? [7, 1024] : [1, 7, 64, 1024])(
    'equals brute force with batches of %i',
    async (batchSize) => {
      const [samples, references] = [normal(1, 23, 12), normal(2, 90, 12)];
      const found = await nearestNeighborDistance({ samples, references }, { batchSize });
      const { distances, indices } = bruteForce(samples, references);
      expect(found.indices).toEqual(indices);
      expect(found.distances).toBeAllclose(distances, { rtol: 1e-15 });
    },
  );

  it('flattens images and counts over chunks of any kind', async () => {
    const images = normal(3, 5, 18);
    const references = normal(4, 20, 18);
    const expected = bruteForce(images, references);
    const samples = tensor(images.data, [5, 3, 3, 2]);
    const chunk = (start: number, end: number) =>
      tensor(references.data.slice(start * 18, end * 18), [end - start, 3, 3, 2]);
    const whole = chunk(0, 20);
    const chunks = [chunk(0, 3), chunk(3, 4), chunk(4, 20)];
    async function* stream(): AsyncGenerator<Tensor> {
      for (const part of chunks) yield part;
    }
    const list = [whole, references, chunks, new Set(chunks), stream()];
    for (const references of list) {
      const found = await nearestNeighborDistance({ samples, references }, { batchSize: 4 });
      expect(found).toEqual(expected);
    }
    for (const kept of [samples, whole, ...chunks]) {
      expect(kept.isDisposed).toBe(false);
      kept.dispose();
    }
  });

  it('keeps its digits far from zero, where float32 products have none left', async () => {
    const far = (x: number) => 3000 + x / 16;
    const [samples, references] = [normal(5, 9, 30, far), normal(6, 40, 30, far)];
    const found = await nearestNeighborDistance({ samples, references });
    const { distances, indices } = bruteForce(samples, references);
    expect(found.indices).toEqual(indices);
    expect(found.distances).toBeAllclose(distances, { rtol: 1e-14 });
  });

  it('tells references apart that float32 products cannot', async () => {
    // two groups far apart, so that centring does not help
    const data = Float64Array.from({ length: 40 }, (_, at) => (at < 20 ? -1e4 : 1e4) + at * 1e-3);
    const references: Host = { data, shape: [40, 1] };
    const samples: Host = { data: data.map((value) => value + 4e-4).reverse(), shape: [40, 1] };
    const { indices, distances } = await nearestNeighborDistance({ samples, references });
    expect([...indices]).toEqual([...Array(40).keys()].reverse());
    expect(distances).toBeAllclose(new Float64Array(40).fill(4e-4), { rtol: 1e-7 });
  });

  it.each([1e-30, 1e-22, 1e18, 1e25, 1e37])('is right at scale %d', async (scale) => {
    const at = (seed: number, rows: number): Host => ({
      data: Float64Array.from(normal(seed, rows, 6).data, (x) => x * scale),
      shape: [rows, 6],
    });
    const [samples, references] = [at(7, 8), at(8, 30)];
    const found = await nearestNeighborDistance({ samples, references });
    const { distances, indices } = bruteForce(samples, references);
    expect(found.indices).toEqual(indices);
    expect(found.distances).toBeAllclose(distances, { rtol: 1e-14 });
  });

  it('bears products that overflow float32, of either sign', async () => {
    const samples: Host = { data: Float64Array.of(1e25, -1e25), shape: [2, 1] };
    const references: Host = { data: Float64Array.of(2e25), shape: [1, 1] };
    const { distances } = await nearestNeighborDistance({ samples, references });
    expect(distances).toBeAllclose([1e25, 3e25], { rtol: 1e-15 });
  });

  it('takes the first of equal references, and 0 for a copy', async () => {
    const references = tensor2d([5, 1, 1, 3, 3, 1], [6, 1]);
    const samples = tensor2d([1, 2, 3], [3, 1]);
    const { distances, indices } = await nearestNeighborDistance(
      { samples, references },
      { batchSize: 2 },
    );
    expect([...distances]).toEqual([0, 1, 0]);
    expect([...indices]).toEqual([1, 1, 3]);
    references.dispose();
    samples.dispose();
  });

  it('lets timers run while it works', async () => {
    const [samples, references] = [normal(9, 400, 50), normal(10, ON_GPU ? 500 : 3000, 50)];
    let ticks = 0;
    const timer = setInterval(() => ticks++, 1);
    await nearestNeighborDistance({ samples, references }, { batchSize: 100 });
    clearInterval(timer);
    expect(ticks).toBeGreaterThan(0);
  });

  it('leaves no tensors, after an error neither', async () => {
    const samples = tensor2d([1, 2, 3, 4], [2, 2]);
    const references = tensor2d([1, 2, 3, 4, 5, 6], [3, 2]);
    await expectNoLeak(() => nearestNeighborDistance({ samples, references }, { batchSize: 2 }));
    const before = memory().numTensors;
    const chunks = [references, { data: new Float32Array(3), shape: [1, 3] }];
    await expect(nearestNeighborDistance({ samples, references: chunks })).rejects.toThrow();
    expect(memory().numTensors).toBe(before);
    samples.dispose();
    references.dispose();
  });
});

describe('nearestNeighborDistance', () => {
  beforeAll(() => useBackend('cpu'));

  it('equals brute force for any data and batches', async () => {
    const example = fc.record({
      columns: fc.integer({ min: 1, max: 5 }),
      values: fc.array(fc.integer({ min: -3, max: 3 }), { minLength: 15, maxLength: 80 }),
      batchSize: fc.integer({ min: 1, max: 9 }),
      cut: fc.integer({ min: 1, max: 2 }),
    });
    await fc.assert(
      fc.asyncProperty(example, async ({ columns, values, batchSize, cut }) => {
        const rows = Math.floor(values.length / columns);
        const data = Float32Array.from(values.slice(0, rows * columns));
        const samples: Host = { data: data.slice(0, cut * columns), shape: [cut, columns] };
        const references: Host = {
          data: data.slice(cut * columns),
          shape: [rows - cut, columns],
        };
        const found = await nearestNeighborDistance({ samples, references }, { batchSize });
        expect(found).toEqual(bruteForce(samples, references));
      }),
    );
  });
});

describe('bad input', () => {
  const good: Host = { data: new Float32Array(6), shape: [3, 2] };
  const bad = (inputs: unknown, options?: unknown) =>
    nearestNeighborDistance(inputs as NearestNeighborInputs, options as { batchSize: number });

  it.each([
    [
      'nothing',
      undefined,
      {},
      /nearestNeighborDistance: `inputs` must be an object with the keys samples/,
    ],
    ['no samples', { references: good }, {}, /`samples` must be a tensor or \{ data, shape \}/],
    [
      'no references',
      { samples: good },
      {},
      /`references` must be a tensor, \{ data, shape \}, or/,
    ],
    ['another key', { samples: good, reference: good }, {}, /keys samples, references/],
    ['no chunks', { samples: good, references: [] }, {}, /of at least one row/],
    ['numbers as chunks', { samples: good, references: [1] }, {}, /`references` must be a tensor/],
    [
      'rows of another length',
      { samples: good, references: { data: good.data, shape: [2, 3] } },
      {},
      /`references` must be rows of 2 values\. Received: 3/,
    ],
    [
      'NaN in a chunk',
      { samples: good, references: [good, { data: Float32Array.of(1, NaN), shape: [1, 2] }] },
      {},
      /`references` must be finite in every row/,
    ],
    ['batchSize', { samples: good, references: good }, { batchSize: 0 }, /`batchSize` must be an/],
    ['another option', { samples: good, references: good }, { batch: 4 }, /keys batchSize/],
  ])('%s', async (_, inputs, options, message) => {
    await expect(bad(inputs, options)).rejects.toThrow(message);
  });
});
