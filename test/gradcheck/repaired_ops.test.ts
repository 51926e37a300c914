import { memory } from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { enableSecondOrderGradients } from '../../src/gradients/enable_second_order_gradients.js';
import { BACKENDS, IN_PAGE, ON_GPU, useBackend } from '../helpers/backends.js';
import { blocks } from './blocks.js';
import { OPS } from './catalogue.js';
import type { CatalogueEntry } from './catalogue.js';
import { verdictsOf } from './verdicts.js';

async function expectRight(entry: CatalogueEntry): Promise<void> {
  const { numTensors } = memory();
  const { first, second } = await verdictsOf(entry);
  expect(
    [first.status, second.status],
    `${entry.name}: ${JSON.stringify({ first, second })}`,
  ).toEqual(['right', 'right']);
  expect(memory().numTensors).toBe(numTensors);
}

describe.each(BACKENDS)('gradients on %s', (backend) => {
  let made: CatalogueEntry[];

  beforeAll(async () => {
    await useBackend(backend);
    enableSecondOrderGradients();
    made = blocks();
  });

  // the whole of webgpu is done in Node, by the same kernels
  const sampled = backend === 'webgpu' && IN_PAGE;
  const ops = OPS.filter((_, i) => !sampled || i % 10 === 0);

  it.each(ops.map((entry) => [entry.name, entry] as const))('%s', async (_, entry) => {
    await expectRight(entry);
  });

  // a block has the derivatives of its ops, by a tape that the host keeps: in Node and on libtensorflow
  it.skipIf(ON_GPU)('every block that critics are built of', async () => {
    for (const entry of made) await expectRight(entry);
  });
});
