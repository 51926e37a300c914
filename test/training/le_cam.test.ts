import { grad, memory, scalar, sum, tensor, tensor1d, tidy } from '@tensorflow/tfjs-core';
import type { Scalar } from '@tensorflow/tfjs-core';
import { layers, sequential } from '@tensorflow/tfjs-layers';
import { beforeAll, describe, expect, it } from 'vitest';
import { enableSecondOrderGradients } from '../../src/gradients/enable_second_order_gradients.js';
import { hinge } from '../../src/losses/hinge.js';
import { LeCam } from '../../src/training/step/le_cam.js';
import { leCamTerm } from '../../src/training/step/le_cam_term.js';
import { createGAN } from '../../src/training/systems/gan.js';
import { BACKENDS, useBackend } from '../helpers/backends.js';

describe.each(BACKENDS)('the term of LeCam regularization on %s', (backend) => {
  beforeAll(() => useBackend(backend));
  const anchors = () => ({ real: scalar(1), fake: scalar(-0.5) });
  const fake = () => tensor1d([0.25, 1.5, -1]);

  it('is E[max(0, r − ē_f)²] + E[max(0, ē_r − f)²]', async () => {
    const term = tidy(() => leCamTerm({ real: tensor1d([0.5, -2]), fake: fake() }, anchors()));
    expect(await term.data()).toBeAllclose([1 / 2 + (0.75 ** 2 + 2 ** 2) / 3]);
  });

  it('has both derivatives, of real samples beyond the average and no others', async () => {
    enableSecondOrderGradients();
    const [first, second] = tidy(() => {
      const slope = grad((r) => leCamTerm({ real: r, fake: fake() }, anchors()));
      const r = tensor1d([0.5, -2, 3, -0.5]);
      return [slope(r), grad((x) => sum<Scalar>(slope(x)))(r)];
    });
    expect(await first.data()).toBeAllclose([0.5, 0, 1.75, 0]);
    expect(await second.data()).toBeAllclose([0.5, 0, 0.5, 0]);
  });

  it('has both derivatives of generated samples', async () => {
    enableSecondOrderGradients();
    const [first, second] = tidy(() => {
      const slope = grad((f) => leCamTerm({ real: tensor1d([0]), fake: f }, anchors()));
      const f = fake();
      return [slope(f), grad((x) => sum<Scalar>(slope(x)))(f)];
    });
    expect(await first.data()).toBeAllclose([-0.5, 0, -4 / 3]);
    expect(await second.data()).toBeAllclose([2 / 3, 0, 2 / 3]);
  });

  it('follows batch means before its start, averages then, and begins one step later', async () => {
    const before = memory().numTensors;
    const leCam = new LeCam({ weight: 2, decay: 0.75, start: 1 });
    const seen: number[][] = [];
    for (let t = 0; t < 4; t++) {
      const [term] = tidy(() =>
        leCam.terms({ real: tensor([[t], [t + 2]]), fake: tensor([[-t], [-t]]) }, () => t),
      );
      const { real, fake } = leCam.anchors;
      const numbers = await Promise.all(
        [real, fake].map(async ({ value }) => (await value.data())[0]!),
      );
      seen.push([...numbers, ...(term === undefined ? [] : await term.data())]);
      term?.dispose();
    }
    // ē_r and ē_f, then 2 (E[max(0, r − ē_f)²] + E[max(0, ē_r − f)²])
    const of = (r: number, f: number, t: number) => [
      ...[r, f],
      (t - f) ** 2 + (t + 2 - f) ** 2 + 2 * (r + t) ** 2,
    ];
    expect(seen.slice(0, 2)).toEqual([
      [1, 0],
      [1.25, -0.25],
    ]);
    expect(seen[2]).toBeAllclose(of(1.6875, -0.6875, 2));
    expect(seen[3]).toBeAllclose(of(2.265625, -1.265625, 3));
    leCam.dispose();
    expect(memory().numTensors).toBe(before);
  });
});

describe('createGAN', () => {
  beforeAll(() => useBackend(BACKENDS.at(-1)!));
  const dense = (inputs: number, name: string) =>
    sequential({ layers: [layers.dense({ units: 1, inputShape: [inputs], name })] });

  it.each([
    [{ weight: -1 }, /createGAN: `leCam.weight` must be .*>= 0/],
    [{ decay: 1 }, /createGAN: `leCam.decay` must be .*< 1/],
    [{ start: 0.5 }, /createGAN: `leCam.start` must be .*integer/],
    [{ gamma: 1 }, /leCam.*weight, decay, start/],
  ])('refuses leCam: %j', (leCam, message) => {
    const networks = { generator: dense(2, 'g'), discriminator: dense(1, 'd') };
    expect(() => createGAN({ ...networks, loss: hinge(), leCam: leCam as object })).toThrow(
      message,
    );
  });
});
