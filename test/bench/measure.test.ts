import { afterAll, describe, expect, it } from 'vitest';
import { PASSES } from '../../bench/cases.js';
import type { ConvolutionCase, StepCase } from '../../bench/cases.js';
import { Contender } from '../../bench/contender.js';
import { contenders, OURS, STOCK_WASM } from '../../bench/contenders.js';
import { measure } from '../../bench/measure.js';
import { convolutionTable, stepTable } from '../../bench/tables.js';
import { RandomStream } from '../../src/internal/random.js';

const commands = contenders().present;
const running = ['gan-kit, 1', 'tfjs, wasm', 'tfjs, cpu', 'jax-js'].map(
  (name) => new Contender(commands.find((command) => command.name.startsWith(name))!),
);
afterAll(() => running.forEach((contender) => contender.stop()));

describe('the benchmark', { timeout: 120_000 }, () => {
  it('times the same convolution everywhere, and says who cannot', async () => {
    const cases = PASSES.map((pass): ConvolutionCase => ({
      kind: 'convolution',
      x: [2, 7, 8, 3],
      filter: [3, 3, 3, 4],
      stride: 2,
      pass,
    }));
    const timings = await measure(cases, running, 2, () => undefined);
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
    const batch = 4;
    const stream = new RandomStream(0, 'createGAN').fork('latents');
    const latents = [0, 1].map(() => Array.from(stream.normalValues(batch * 100)));
    const step: StepCase = { kind: 'step', system: 'dcgan-28', batch, latents };
    const prepared = await running[0]!.prepare(step, 0);
    // tfjs alone takes half a minute for them
    expect('fingerprint' in prepared && prepared.fingerprint).toBeAllclose(
      [1.390563726425171, 0.6858750581741333],
      { rtol: 1e-5 },
    );
    const [timings] = await measure([step], running.slice(0, 2), 1, () => undefined);
    expect(timings![1]!.problem).toMatch(/not registered/);
    expect(stepTable(timings!, OURS, 1)).toMatch(/\| tfjs, wasm +\| cannot/);
  });
});
