import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { memory } from '@tensorflow/tfjs-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { SIDE } from '../../examples/mnist/data.js';
import { readMnist } from '../../examples/mnist/read_mnist.js';
import { LATENTS, trainAgainst } from '../../examples/saturating_gradient/experiment.js';
import { dcganGenerator } from '../../src/models/dcgan_generator.js';
import { useBackend } from '../helpers/backends.js';
import { readReport } from '../helpers/report_page.js';

const folder = mkdtempSync(join(tmpdir(), 'gan-kit-saturating-'));
afterAll(() => rmSync(folder, { recursive: true }));

describe('the saturating gradient', () => {
  beforeAll(() => useBackend('wasm'));

  it('measures both losses of a probability, and that of a critic, the same in each run', async () => {
    const generator = dcganGenerator({
      imageShape: [SIDE, SIDE, 1],
      latentSize: LATENTS,
      filters: 4,
      form: 'paper',
      seed: 3,
    });
    const setup = {
      train: readMnist('t10k'),
      batch: 4,
      steps: 4,
      every: 2,
      batches: 2,
      seed: 5,
    };
    const before = memory().numTensors;
    let told = 0;
    const trace = await trainAgainst(generator, 'probability', setup, () => void told++);
    expect(told).toBe(5);
    expect(memory().numTensors).toBe(before);
    expect(trace.steps).toEqual([0, 2, 4]);
    expect(Object.keys(trace.norms)).toEqual(['log(1 − D)', '−log D']);
    // a new discriminator says one half of everything: both losses then have the same slope
    const [minimax, nonSaturating] = Object.values(trace.norms) as [number[], number[]];
    expect(minimax[0]! / nonSaturating[0]!).toBeGreaterThan(0.7);
    expect(minimax[0]! / nonSaturating[0]!).toBeLessThan(1.4);
    expect(trace.loss[0]).toBeCloseTo(2 * Math.LN2, 1);
    expect(await trainAgainst(generator, 'probability', setup, () => undefined)).toEqual(trace);

    const critic = await trainAgainst(generator, 'critic', setup, () => undefined);
    expect(Object.keys(critic.norms)).toEqual(['Wasserstein']);
    expect(critic.norms['Wasserstein']!.every((norm) => norm > 0)).toBe(true);
  });

  it('the program prints what its curves begin and end with, of three losses', async () => {
    const program = ['--import', 'tsx', 'examples/saturating_gradient/main.ts'];
    const args = ['--stages', '2,0', '--steps', '3', '--batch', '2', '--out', folder];
    const child = spawn(process.execPath, [...program, ...args], {
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    let said = '';
    child.stdout.on('data', (chunk: Buffer) => (said += chunk.toString()));
    const [code] = (await once(child, 'close')) as [number];
    expect(code).toBe(0);

    const { curves, tables } = readReport(join(folder, 'report.html'));
    const of = {
      'log(1 − D)': 'Generator gradient, log(1 − D), which saturates',
      '−log D': 'Generator gradient, −log D',
      Wasserstein: 'Generator gradient, Wasserstein with gradient penalty',
    };
    const digits = (x: number) => x.toExponential(1);
    const expected = [0, 2].flatMap((stage) =>
      Object.entries(of).map(([loss, title]) => {
        const points = curves[title]![`${stage} steps`]!;
        expect(points.map(([step]) => step)).toEqual([0, 1, 2, 3]);
        const norms = points.map(([, norm]) => norm!);
        const [greatest, last] = [Math.max(...norms), norms.at(-1)!];
        expect(Math.min(...norms)).toBeGreaterThan(0);
        return [`${stage}`, loss, ...[norms[0]!, greatest, last, last / greatest].map(digits)];
      }),
    );
    const [columns, ...rows] = tables['The norm of the gradient of the generator']!;
    expect(rows).toEqual(expected);
    const printed = said.split('\n').map((line) => line.trim().split(/ {2,}/));
    for (const row of [columns!, ...rows]) expect(printed).toContainEqual(row);
    for (const title of ["The discriminator's loss", 'Its accuracy'])
      expect(Object.keys(curves[title]!)).toEqual(['0 steps', '2 steps']);
    for (const [, share] of curves['Its accuracy']!['2 steps']!)
      expect([0, 0.25, 0.5, 0.75, 1]).toContain(share);
  }, 120_000);
});
