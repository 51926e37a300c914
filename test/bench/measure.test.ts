import { afterAll, describe, expect, it } from 'vitest';
import type { StepCase } from '../../bench/cases/case_types.js';
import { PASSES, stepCase } from '../../bench/cases/cases.js';
import type { ConvolutionCase } from '../../bench/cases/cases.js';
import { contenders, OURS, STOCK_WASM, TORCH } from '../../bench/contenders.js';
import { measure } from '../../bench/measure.js';
import { Contender } from '../../bench/protocol/contender.js';
import { difference } from '../../bench/statistics.js';
import { convolutionTable } from '../../bench/tables/convolution_table.js';
import { stepTable } from '../../bench/tables/step_table.js';

const commands = contenders().present;
const contender = (name: string) =>
  new Contender(commands.find((command) => command.name.startsWith(name))!);
const running = ['gan-kit, 1', 'tfjs, wasm', 'tfjs, cpu', 'jax-js'].map(contender);
const torch = commands.some(({ name }) => name === TORCH) ? [contender(TORCH)] : [];
afterAll(() => [...running, ...torch].forEach((contender) => contender.stop()));

/** Losses of PyTorch 2.13, from the same weights, singular vectors and interpolation weights. */
const SPECTRAL = [2.06592059, 0.05317729, 2.04553819, -0.01394133];
const PENALIZED = [0.00236159, 6.68936777, -0.03417404, -0.05361183, 6.41104412, -0.1186819];

/** Of two critic steps. */
const RESIDUAL = [0.04093883, 7.5943043, -0.0520941, 7.6331244];

const plain = {
  image: [28, 28, 1],
  batch: 4,
  normalization: 'none',
  loss: 'non-saturating',
} as const;

const residual = {
  image: [32, 32, 3],
  batch: 2,
  normalization: 'none',
  residual: 3,
} as const;

describe('the benchmark', { timeout: 120_000 }, () => {
  it('times the same convolution everywhere, and says who cannot', async () => {
    const cases = PASSES.map((pass): ConvolutionCase => ({
      kind: 'convolution',
      x: [2, 7, 8, 3],
      filter: [3, 3, 3, 4],
      stride: 2,
      pass,
    }));
    const by = [...running, ...torch];
    const timings = await measure(
      cases.map((one) => ({ one, by })),
      2,
      () => undefined,
    );
    for (const [i, row] of timings.entries())
      for (const { contender, problem, difference, rounds, peak } of row) {
        if (contender === STOCK_WASM && cases[i]!.pass === 'filter') {
          expect(problem).toMatch(/Conv2DBackpropFilter/);
          continue;
        }
        expect(difference, contender).toBeLessThan(1e-5);
        expect(rounds).toHaveLength(2);
        expect(Math.min(...rounds)).toBeGreaterThan(0);
        expect(peak).toBeGreaterThan(2 ** 20);
      }
    const table = convolutionTable([{ cases, timings }], OURS, STOCK_WASM);
    expect(table.split('\n')).toHaveLength(2 + PASSES.length);
    expect(table).toMatch(/d filter .*\| cannot \|/);
  });

  it('times a training step, whose losses are those of tfjs on cpu', async () => {
    const step = stepCase(plain, 1);
    const prepared = await running[0]!.prepare(step, 0);
    // tfjs alone takes half a minute for them
    expect('fingerprint' in prepared && prepared.fingerprint).toBeAllclose(
      [1.390563726425171, 0.6858750581741333],
      { rtol: 1e-5 },
    );
    const tasks = [{ one: step, by: running.slice(0, 2) }];
    const [timings] = await measure(tasks, 1, () => undefined);
    expect(timings![1]!.problem).toMatch(/not registered/);
    expect(stepTable(timings!, OURS, [1])).toMatch(/\| tfjs, wasm +\| cannot/);
  });

  it.each<[string, StepCase, number[]]>([
    [
      'SN-DCGAN',
      stepCase({ image: [16, 16, 3], batch: 4, normalization: 'spectral', loss: 'hinge' }, 2),
      SPECTRAL,
    ],
    ['WGAN-GP', stepCase({ ...plain, loss: 'wasserstein', gradientPenalty: 10 }, 2), PENALIZED],
    [
      "WGAN-GP's ResNet",
      stepCase({ ...residual, loss: 'wasserstein', gradientPenalty: 10 }, 2),
      RESIDUAL,
    ],
  ])('a step of %s has the losses that PyTorch has', async (_, step, losses) => {
    for (const contender of [running[0]!, ...torch]) {
      const prepared = await contender.prepare(step, 0);
      await contender.release();
      const found = 'fingerprint' in prepared ? prepared.fingerprint : [];
      // a step of Adam enlarges what is rounded in the first gradients
      expect(difference(found, losses), contender.name).toBeLessThan(1e-3);
      expect(found.slice(0, 1), contender.name).toBeAllclose(losses.slice(0, 1), { rtol: 1e-3 });
    }
    const refusal = await running[1]!.prepare(step, 0);
    expect(refusal).toEqual({ problem: expect.stringMatching(/plain DCGAN-28 alone/) as string });
  });
});
