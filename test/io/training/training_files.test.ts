import { createHash } from 'node:crypto';
import { beforeAll, describe, expect, it } from 'vitest';
import { readPth } from '../../../src/io/pytorch/read_pth.js';
import { exportTraining } from '../../../src/io/training/export_training.js';
import { importTraining } from '../../../src/io/training/import_training.js';
import { hinge } from '../../../src/losses/hinge.js';
import { dcganDiscriminator } from '../../../src/models/dcgan_discriminator.js';
import { dcganGenerator } from '../../../src/models/dcgan_generator.js';
import { GradientPenalty } from '../../../src/penalties/gradient_penalty.js';
import { createGAN } from '../../../src/training/systems/gan.js';
import type { SavedState, StateArray } from '../../../src/types.js';
import { bytesOf } from '../../helpers/base64.js';
import { useBackend } from '../../helpers/backends.js';
import { dictAt, editedPth } from '../../helpers/edited_pth.js';
import { fixture } from '../../helpers/fixtures.js';
import {
  BEFORE,
  CASES,
  STEPS,
  hashedSystem,
  makeOtherSteps,
  makeStep,
} from '../../helpers/torchrun_cases.js';
import type { Case } from '../../helpers/torchrun_cases.js';

/** What tools/parity/training_file.py saw and made. */
interface Seen {
  readonly name: string;
  readonly sha256: string;
  readonly names: Readonly<Record<string, readonly string[]>>;
  readonly losses: readonly Readonly<Record<string, number>>[];
  readonly back?: string;
}

const { cases } = fixture<{ cases: Seen[] }>('training_files');
const seenOf = (one: Case) => cases.find(({ name }) => name === one.name)!;
/** Of losses; weights are held to a tenth, since lost moments would move them by little more than this. */
const TOLERANCE = 1e-4;

const exported = (one: Case, system: ReturnType<Case['make']>) =>
  exportTraining({
    ...{ system, architectures: one.architectures },
    extra: one.decay === undefined ? {} : { linearDecay: one.decay },
  });

/** Returns the largest difference between the weights, averages and moments of two states. */
function difference(a: SavedState, b: SavedState): number {
  expect(Object.keys(a.arrays).sort()).toEqual(Object.keys(b.arrays).sort());
  let largest = 0;
  for (const [key, { data }] of Object.entries(a.arrays))
    data.forEach((value, i) => {
      largest = Math.max(largest, Math.abs(value - b.arrays[key]!.data[i]!));
    });
  return largest;
}

beforeAll(() => useBackend('wasm'));

describe('a file that PyTorch has read', () => {
  it.each(CASES)('$name: gan-kit still writes it, and makes the same steps', async (one) => {
    const { sha256, losses, names } = seenOf(one);
    expect(losses.length).toBe(STEPS);
    const system = await hashedSystem(one, BEFORE, 1);
    const bytes = await exported(one, system);
    expect(createHash('sha256').update(bytes).digest('hex')).toBe(sha256);
    expect(Object.keys(names)).toEqual(Object.keys(system.optimizers));
    for (const [i, theirs] of losses.slice(0, one.steady).entries()) {
      const ours = await makeStep(one, system, BEFORE + i);
      expect(Object.keys(ours).sort()).toEqual(Object.keys(theirs).sort());
      for (const [name, loss] of Object.entries(ours))
        expect(Math.abs(loss - theirs[name]!), name).toBeLessThanOrEqual(TOLERANCE);
    }
  });
});

describe('the parts that are not in a file', () => {
  const without = async (one: Case) => {
    let parts: unknown;
    await editedPth(await exported(one, one.make(1)), (file) => (parts = file.get('without')));
    return parts;
  };

  it('are named in it', async () => {
    const [gan, cycle] = [CASES[0]!, CASES.find(({ name }) => name === 'CycleGAN')!];
    expect(await without(gan)).toEqual(['flips', 'latents', 'noise']);
    const pools = ['pool/a', 'pool/a/random', 'pool/b', 'pool/b/random'];
    expect(await without(cycle)).toEqual(pools);
    const system = createGAN({
      generator: dcganGenerator({ imageShape: [8, 8, 1], filters: 1, kernelSize: 4 }),
      discriminator: dcganDiscriminator({
        ...{ imageShape: [8, 8, 1], filters: 1, kernelSize: 4, dropout: 0.5 },
        normalization: 'none',
      }),
      ...{ loss: hinge(), penalty: new GradientPenalty({ seed: 1 }), leCam: {} },
    });
    expect(await without({ ...gan, make: () => system })).toEqual([
      ...['discriminator/layers/conv1_drop', 'flips', 'latents', 'leCam/fake', 'leCam/real'],
      ...['noise', 'penalty/0'],
    ]);
  });
});

describe('a file that PyTorch has written', () => {
  const one = CASES.find((each) => seenOf(each).back !== undefined)!;
  const bytes = bytesOf(seenOf(one).back!);

  it('holds what ten steps here make, and its next ten steps are the same', async () => {
    const run = await hashedSystem(one, BEFORE, 1);
    for (let i = 0; i < STEPS; i++) await makeStep(one, run, BEFORE + i);
    const other = one.make(2);
    const then = BEFORE + STEPS;
    await makeOtherSteps(one, other, then);
    expect(difference(await run.state(), await other.state())).toBeGreaterThan(0.1);
    const imported = await importTraining({ system: other, bytes });
    expect(imported).toEqual({ steps: then, extra: { linearDecay: one.decay } });
    expect(other.stepCount).toBe(then);
    const [ours, theirs] = [await run.state(), await other.state()];
    expect(theirs.values).toEqual(ours.values); // counts of steps, rates, averages, and streams that were drawn alike
    expect(difference(ours, theirs)).toBeLessThanOrEqual(TOLERANCE / 10);
    for (let step = then; step < then + STEPS; step++) {
      const [a, b] = [await makeStep(one, run, step), await makeStep(one, other, step)];
      for (const [name, loss] of Object.entries(a))
        expect(Math.abs(loss - b[name]!), name).toBeLessThanOrEqual(TOLERANCE);
    }
    expect(difference(await run.state(), await other.state())).toBeLessThanOrEqual(TOLERANCE / 10);
  });
});

describe('an idle round trip', () => {
  it.each(CASES)('$name: every bit of weights, averages and moments', async (one) => {
    const run = await hashedSystem(one, BEFORE, 1);
    const bytes = await exported(one, run);
    const other = one.make(2);
    await makeStep(one, other, 7);
    const before = await other.state();
    await importTraining({ system: other, bytes });
    const [ours, theirs] = [await run.state(), await other.state()];
    expect(theirs.arrays).not.toEqual(before.arrays);
    const travels = (key: string) => !/^(pool|latents|noise|flips|\w+\/layers)\b/.test(key);
    for (const [key, { shape, data }] of Object.entries(ours.arrays).filter(([key]) =>
      travels(key),
    )) {
      expect(theirs.arrays[key]!.shape, key).toEqual(shape);
      expect(Buffer.from(theirs.arrays[key]!.data.buffer), key).toEqual(Buffer.from(data.buffer));
    }
    for (const [key, value] of Object.entries(ours.values).filter(([key]) => travels(key)))
      expect(theirs.values[key], key).toEqual(value);
    expect(await exported(one, other)).toEqual(bytes);
  });

  it('by the names of the older spectral_norm, too', async () => {
    const one = CASES.find(({ name }) => name.startsWith('SN-DCGAN'))!;
    const [run, other] = [await hashedSystem(one, BEFORE, 1), await hashedSystem(one, BEFORE, 2)];
    const { architectures } = one;
    const bytes = await exportTraining({ system: run, architectures, spectralKeys: 'hook' });
    const names = Object.keys(await readPth(bytes, { path: ['networks', 'discriminator'] }));
    expect(names.slice(0, 4)).toEqual(
      ['weight_orig', 'weight_u', 'weight_v', 'bias'].map((name) => `main.0.${name}`),
    );
    await importTraining({ system: other, bytes });
    expect(await other.state()).toEqual(await run.state());
  });

  it('before the first step: no moments, and the first step is that of a new run', async () => {
    const one = CASES[0]!;
    const [run, other] = [one.make(1), one.make(2)];
    await makeStep(one, other, 0); // its moments go
    const bytes = await exported(one, run);
    await importTraining({ system: other, bytes });
    const { values, arrays } = await other.state();
    expect(values['optimizer/generator/step']).toBe(0);
    expect(Object.keys(arrays).filter((key) => key.startsWith('optimizer/'))).toEqual([]);
    expect(values['latents/counter']).toBe(2); // the stream stays where it was
    expect(await exported(one, other)).toEqual(bytes);
  });

  it('bits that rounding lost are taken back only where the moments are still those of the file', async () => {
    const one = CASES[0]!;
    const run = await hashedSystem(one, BEFORE, 1);
    const bytes = await exported(one, run);
    const place = ['rounded', 'generator', 0, 'exp_avg_sq'] as const;
    const moments = ['optimizers', 'generator', 'state', 0] as const;
    let lost = 0;
    const stale = await editedPth(bytes, (file) => {
      lost = (dictAt(file, ...place).get('values') as StateArray).data.length;
      const { data } = dictAt(file, ...moments).get('exp_avg_sq') as StateArray;
      data.forEach((value, i) => (data[i] = 2 * value)); // as after more steps
    });
    expect(lost).toBeGreaterThan(0);
    const rounds = await editedPth(bytes, (file) => dictAt(file, 'rounded').clear());
    const squares = async (file: Uint8Array) => {
      const other = one.make(2);
      await importTraining({ system: other, bytes: file });
      const { arrays } = await other.state();
      return arrays['optimizer/generator/generator/project/kernel/v']!.data;
    };
    const [exact, rounded, doubled] = [
      await squares(bytes),
      await squares(rounds),
      await squares(stale),
    ];
    const differing = exact.filter((value, i) => value !== rounded[i]);
    expect(differing.length).toBe(lost);
    expect(doubled).toEqual(rounded.map((value) => 2 * value));
  });
});
