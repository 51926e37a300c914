import { dispose, grads, memory, mul, sum, tensor, tidy } from '@tensorflow/tfjs-core';
import type { Scalar, Tensor } from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { fill } from '../../bench/hash.js';
import { functionalCall } from '../../src/layers/weights/functional_call.js';
import { namedWeights } from '../../src/layers/weights/named_weights.js';
import { progressiveDiscriminator } from '../../src/models/progressive_discriminator.js';
import { progressiveGenerator } from '../../src/models/progressive_generator.js';
import type { ProgressiveNetwork, ProgressiveOptions } from '../../src/models/progressive_plan.js';
import { BACKENDS, ON_GPU, useBackend } from '../helpers/backends.js';
import { floatsOf } from '../helpers/base64.js';
import { fixture } from '../helpers/fixtures.js';
import { product } from '../helpers/hashed_weight.js';

type Network = 'generator' | 'discriminator';
interface TensorRecord {
  readonly shape: number[];
  readonly max: number;
  readonly values: string;
}
interface WeightShape {
  readonly name: string;
  readonly shape: number[];
}

/** What tools/parity/progressive_models.py writes. */
interface Reference {
  readonly seed: number;
  readonly batch: number;
  readonly latentSize: number;
  readonly options: ProgressiveOptions;
  readonly weights: Readonly<Record<Network, WeightShape[]>>;
  readonly passes: {
    readonly network: Network;
    readonly stage: number;
    readonly fade: number;
    readonly input: TensorRecord;
    readonly output: TensorRecord;
    readonly gradients: (TensorRecord & { readonly name: string })[];
  }[];
}

/** A weight as the script makes it. */
const hashed = ({ name, shape }: WeightShape, seed: number): Tensor =>
  tensor(
    fill(product(shape), seed, 1).map((u) => u * (name.endsWith('bias') ? 0.3 : 1.7)),
    shape,
  );

/** The largest difference over the greatest value. */
async function distance(received: Tensor, record: TensorRecord): Promise<number> {
  expect(received.shape).toEqual(record.shape);
  const [ours, theirs] = [await received.data<'float32'>(), floatsOf(record.values)];
  const apart = ours.map((value, i) => Math.abs(value - theirs[i]!));
  expect(apart.some(Number.isNaN)).toBe(false);
  return Math.max(...apart) / record.max;
}

const make = (network: Network, { options, latentSize }: Reference): ProgressiveNetwork =>
  network === 'generator'
    ? progressiveGenerator({ ...options, latentSize })
    : progressiveDiscriminator(options);

/** How far an output may be; tensorflow's convolutions by Winograd's algorithm round more, on one processor by 1.16e-5. */
const outputRTOL = (backend: string) => (backend === 'tensorflow' ? 2e-5 : 1e-5);

describe.each(BACKENDS)('the networks of Progressive GAN on %s', (backend) => {
  beforeAll(() => useBackend(backend));
  const reference = fixture<Reference>('progressive_networks');

  // a fading stage has all layers of a stable one
  const passes = reference.passes.filter(({ fade }) => !ON_GPU || fade > 0);

  it.each(passes.map((pass) => [pass.network, pass.stage, pass.fade, pass] as const))(
    'the %s of stage %i with a fade of %d: output and all gradients',
    async (network, stage, fade, pass) => {
      const { numTensors } = memory();
      const whole = make(network, reference);
      whole.setFade(fade);
      const { stable, fading = stable } = whole.stages[stage]!;
      const model = fade > 0 ? fading : stable;
      const values = new Map(
        reference.weights[network].map((one, i) => [one.name, hashed(one, reference.seed + i)]),
      );
      const paths = namedWeights(whole)
        .map(({ path }) => path)
        .filter((path) => path !== 'fade/t');
      expect(paths.sort()).toEqual([...values.keys()].sort());
      for (const { path, variable } of namedWeights(whole))
        if (values.has(path)) variable.write(values.get(path)!);
      const names = pass.gradients.map(({ name }) => name);
      expect(names.sort()).toEqual(
        namedWeights(model)
          .map(({ path }) => path)
          .filter((path) => path !== 'fade/t')
          .sort(),
      );

      const shape = [reference.batch, ...(model.inputs[0]!.shape.slice(1) as number[])];
      const x = tensor(fill(product(shape), reference.seed + 1000, 1), shape);
      const y = tidy(() => model.apply(x, { training: true }) as Tensor);
      const gradients = tidy(() => {
        const coefficients = tensor(fill(y.size, reference.seed + 1001, 1), y.shape);
        return grads((x: Tensor, ...weights: Tensor[]) => {
          const named = Object.fromEntries(names.map((name, i) => [name, weights[i]!]));
          const made = functionalCall(model, named, x, { training: true });
          return sum<Scalar>(mul(made, coefficients));
        })([x, ...names.map((name) => values.get(name)!)]);
      });
      expect(await distance(y, pass.output), 'output').toBeLessThan(outputRTOL(backend));
      expect(await distance(gradients[0]!, pass.input), 'input').toBeLessThan(3e-5);
      const records = new Map(pass.gradients.map((record) => [record.name, record]));
      for (const [i, name] of names.entries())
        expect(await distance(gradients[i + 1]!, records.get(name)!), name).toBeLessThan(3e-5);
      dispose([x, y, ...gradients, ...values.values()]);
      whole.dispose();
      expect(memory().numTensors).toBe(numTensors);
    },
  );
});
