import {
  mean,
  ones,
  serialization,
  sub,
  sum,
  tensor,
  tidy,
  train,
  variable,
  variableGrads,
  concat,
  SGDOptimizer,
  dispose,
  mul,
  square,
} from '@tensorflow/tfjs-core';
import type { NamedTensorMap, Scalar, Tensor, Tensor4D } from '@tensorflow/tfjs-core';
import { layers, sequential } from '@tensorflow/tfjs-layers';
import type { LayersModel } from '@tensorflow/tfjs-layers';
import { checkGradients } from 'gan-kit';
import * as gkLayers from 'gan-kit/layers';
import { hinge } from 'gan-kit/losses';
import * as metrics from 'gan-kit/metrics';
import * as node from 'gan-kit/node';
import { stopGradient } from 'gan-kit/ops';
import * as penalties from 'gan-kit/penalties';
import * as training from 'gan-kit/training';
import type { UpdateRule } from 'gan-kit/training';
import { Fragile } from './thrower.js';
import type { Thrower } from './thrower.js';

/** A call into which a user's code throws. */
export interface ThrownCall {
  /** Disposes of what it returns. */
  readonly run: () => unknown;
  /** What must be as before. */
  readonly state?: () => Promise<unknown>;
  /** Whether the error is told of in the result. */
  readonly reports?: boolean;
}

type Case = (thrower: Thrower) => ThrownCall | Promise<ThrownCall>;

/** Numbers that are neither equal nor in order. */
function numbers(shape: number[], phase = 0): Tensor {
  const size = shape.reduce((product, axis) => product * axis, 1);
  return tensor(
    Array.from({ length: size }, (_, i) => Math.sin(1.7 * i + phase)),
    shape,
  );
}

/** Frees what a call returns. */
const freeing = (fn: () => unknown) => () => {
  dispose(fn() as Tensor[]);
};

/** One layer of each kind that has a state of its own, around one that may throw. */
function network(thrower: Thrower | undefined, units: number, batchNorm = false): LayersModel {
  const scaled = layers.dense({ units: 3, inputShape: [2], name: 'first' });
  return sequential({
    layers: [
      gkLayers.spectralNormalization({ layer: scaled, name: 'sn' }),
      gkLayers.dropout({ rate: 0.3, seed: 1, name: 'drop' }),
      ...(batchNorm
        ? [
            gkLayers.batchNormalization({ name: 'bn' }),
            layers.batchNormalization({ name: 'tf_bn' }),
          ]
        : []),
      ...(thrower === undefined ? [] : [new Fragile(thrower, { name: 'fragile' })]),
      layers.dense({ units, name: 'last' }),
    ],
  });
}

const generatorOf = (thrower: Thrower | undefined) => network(thrower, 2, true);
const imageModel = (thrower: Thrower | undefined, channels: number, inputs = 1) =>
  sequential({
    layers: [
      gkLayers.conv2d({ filters: 2, kernelSize: 3, padding: 1, inputShape: [4, 4, inputs] }),
      gkLayers.dropout({ rate: 0.3, seed: 1 }),
      ...(thrower === undefined ? [] : [new Fragile(thrower)]),
      gkLayers.conv2d({ filters: channels, kernelSize: 3, padding: 1 }),
    ],
  });

type Options = Partial<training.GANOptions>;

/** Steps of a GAN of which one component may throw. */
function steps(options: (thrower: Thrower) => Options): Case {
  return (thrower) => {
    const gan = training.createGAN({
      generator: generatorOf(undefined),
      discriminator: network(undefined, 1),
      loss: hinge(),
      penalty: new penalties.GradientPenalty(),
      ema: { decay: 0.9 },
      labelFlip: { probability: 0.5 },
      instanceNoise: { stddev: 0.1 },
      monitor: new training.GradientMonitor({ every: 1 }),
      seed: 1,
      ...options(thrower),
    });
    const real = numbers([4, 2]);
    return { run: () => gan.trainStep({ real }), state: () => gan.state() };
  };
}

/** Steps of a translation system of which one network or the loss may throw. */
function translation(
  kind: 'cycle' | 'pix2pix',
  part: 'generator' | 'discriminator' | 'loss',
): Case {
  return (thrower) => {
    const broken = (of: string) => (of === part ? thrower : undefined);
    const loss = fragileLoss(part === 'loss' ? thrower : undefined);
    const system =
      kind === 'cycle'
        ? training.createCycleGAN({
            generators: { ab: imageModel(broken('generator'), 1), ba: imageModel(undefined, 1) },
            discriminators: {
              a: imageModel(undefined, 1),
              b: imageModel(broken('discriminator'), 1),
            },
            ...{ loss, poolSize: 2 },
          })
        : training.createPix2Pix({
            generator: imageModel(broken('generator'), 1),
            discriminator: imageModel(broken('discriminator'), 1, 2),
            ...{ loss, poolSize: 2 },
          });
    const batch = { a: numbers([2, 4, 4, 1]), b: numbers([2, 4, 4, 1], 1) };
    return { run: () => system.trainStep(batch), state: () => system.state() };
  };
}

/** A hinge loss whose halves may throw. */
function fragileLoss(thrower: Thrower | undefined): ReturnType<typeof hinge> {
  const plain = hinge();
  if (thrower === undefined) return plain;
  return {
    ...plain,
    discriminator: (outputs) => thrower.op(plain.discriminator(outputs)),
    generator: (outputs) => thrower.op(plain.generator(outputs)),
  };
}

/** A penalty of a user's with a state of its own, which may throw wherever it is asked for something. */
function fragilePenalty(thrower: Thrower) {
  let place = 0;
  return {
    ...{ weight: 1, every: 1 },
    compute: (critic: (x: Tensor) => Tensor, { real }: { real: Tensor }) =>
      thrower.op(sum<Scalar>(square(penalties.inputGradient(critic, thrower.op(real))))),
    state: async () => {
      thrower.refuse();
      return { values: { place }, arrays: {} };
    },
    restore: async (state: { values: Readonly<Record<string, unknown>> }) => {
      thrower.refuse();
      place = state.values['place'] as number;
    },
  };
}

/** Fails before it moves anything, or after. */
class FragileSGD extends SGDOptimizer {
  constructor(private readonly thrower: Thrower) {
    super(1e-3);
  }
  override applyGradients(gradients: never): void {
    this.thrower.strike();
    super.applyGradients(gradients);
    this.thrower.strike();
  }
}

/** θ − lr (m ← m + g), whose rule may throw at any of its variables. */
class FragileRule extends training.SlotOptimizer<'m'> {
  static readonly className = 'FragileRule';
  constructor(
    private readonly thrower: Thrower,
    options: training.GradientOptions = {},
  ) {
    super(0, ['m'], options);
  }
  protected override updateRule(): UpdateRule<'m'> {
    this.thrower.strike();
    return ({ value, slots }, gradient) => {
      this.thrower.strike();
      const m = sub(slots.m, gradient);
      return { value: sub(value, mul(m, this.learningRate)), slots: { m } };
    };
  }
  override getConfig(): serialization.ConfigDict {
    return { learningRate: this.learningRate };
  }
}

const gradientsOf = (model: LayersModel): NamedTensorMap =>
  Object.fromEntries(model.trainableWeights.map((w) => [w.name, numbers(w.shape as number[])]));

const x = () => numbers([4, 2]);
const pair = () => ({ real: x(), fake: numbers([4, 2], 1) });

/** A penalty by itself, and within a gradient of the user's. */
function penaltyCase(make: () => penalties.GradientPenalty, isWithin: boolean): Case {
  return (thrower) => {
    const penalty = make();
    const batch = pair();
    const w = variable(numbers([2], 2));
    const critic = (x: Tensor) => sum(thrower.op(mul(thrower.op(x), w)), 1);
    const compute = () => penalty.compute(critic, batch);
    const within = () => {
      const { value, grads } = tidy(() => variableGrads(compute, [w]));
      return [value, ...Object.values(grads)];
    };
    return { run: freeing(isWithin ? within : compute), state: () => penalty.state() };
  };
}

/** Every export and method that calls a user's code. */
export const CASES: Readonly<Record<string, Case>> = {
  inputGradient: (thrower) => {
    const batch = x();
    return { run: freeing(() => penalties.inputGradient((x) => thrower.op(x), batch)) };
  },
  'GradientPenalty.compute': penaltyCase(() => new penalties.GradientPenalty(), false),
  'GradientPenalty.compute, perturbed': penaltyCase(penalties.dragan, false),
  'GradientPenalty.compute of r1': penaltyCase(penalties.r1, false),
  'GradientPenalty.compute of r2': penaltyCase(penalties.r2, false),
  stopGradient: (thrower) => ({
    run: freeing(() => stopGradient(() => thrower.op(ones([2])))),
  }),
  ...Object.fromEntries(
    (['withFrozenMasks', 'withFrozenPowerIteration', 'withFrozenStatistics'] as const).map(
      (name): [string, Case] => [
        name,
        (thrower) => ({
          run: freeing(() => gkLayers[name](() => tidy(() => thrower.op(ones([2]))))),
        }),
      ],
    ),
  ),
  functionalCall: (thrower) => {
    const model = network(thrower, 1, true);
    const batch = x();
    const drop = model.getLayer('drop') as gkLayers.Dropout;
    const weights = { 'last/bias': ones([1]) };
    return {
      run: freeing(() => gkLayers.functionalCall(model, weights, batch, { training: true })),
      state: () => drop.state(),
    };
  },
  'recompute in a gradient': (thrower) => {
    const again = gkLayers.recompute([
      new Fragile(thrower),
      gkLayers.dropout({ rate: 0.5, seed: 1 }),
    ]);
    const batch = x();
    return {
      run: freeing(() => penalties.inputGradient((x) => again.apply(x) as Tensor, batch)),
    };
  },
  'checkGradients of a function': (thrower) => {
    const batch = x();
    return { run: () => checkGradients((x: Tensor) => thrower.op(x), batch), reports: true };
  },
  'checkGradients of a model': (thrower) => {
    const model = sequential({ layers: [new Fragile(thrower, { inputShape: [2] })] });
    const batch = x();
    return { run: () => checkGradients(model, batch), reports: true };
  },
  removeSpectralNormalization: (thrower) => {
    class Refusing extends layers.Layer {
      static readonly className = 'Refusing';
      override call(x: Tensor[]): Tensor {
        return x[0]!;
      }
      override getConfig(): serialization.ConfigDict {
        return super.getConfig();
      }
      override setWeights(): void {
        thrower.strike();
      }
    }
    serialization.registerClass(Refusing);
    const whole = sequential({
      layers: [layers.dense({ units: 2, inputShape: [2] }), new Refusing({})],
    });
    return { run: () => void gkLayers.removeSpectralNormalization(whole).dispose() };
  },

  'GAN.trainStep, the generator': steps((thrower) => ({ generator: generatorOf(thrower) })),
  'GAN.trainStep, the discriminator': steps((thrower) => ({ discriminator: network(thrower, 1) })),
  'GAN.trainStep, the discriminator at each call': steps((thrower) => ({
    ...{ discriminator: network(thrower, 1), powerIteration: 'call' as const },
  })),
  'GAN.trainStep, the loss': steps((thrower) => ({ loss: fragileLoss(thrower) })),
  'GAN.trainStep, a penalty': steps((thrower) => {
    const { weight, every, compute } = fragilePenalty(thrower);
    return { penalty: [new penalties.GradientPenalty(), { weight, every, compute }] as never };
  }),
  "GAN.trainStep, an optimizer of tfjs's kind": steps((thrower) => ({
    optimizers: { generator: new FragileSGD(thrower), discriminator: train.sgd(1e-3) } as never,
  })),
  'GAN.trainStep, an optimizer of ours': steps((thrower) => ({
    optimizers: { generator: new FragileRule(thrower), discriminator: new FragileRule(thrower) },
  })),
  'GAN.trainStep, a monitor': steps((thrower) => {
    class Fragile extends training.GradientMonitor {
      override observe(...args: Parameters<training.GradientMonitor['observe']>): void {
        thrower.strike();
        super.observe(...args);
        thrower.strike();
      }
    }
    return { monitor: new Fragile({ every: 1 }) };
  }),
  'GAN.state': (thrower) => {
    const gan = training.createGAN({
      ...{ generator: generatorOf(undefined), discriminator: network(undefined, 1), loss: hinge() },
      penalty: fragilePenalty(thrower),
    });
    return { run: () => gan.state() };
  },
  'GAN.restore': async (thrower) => {
    const options = { generator: generatorOf(undefined), discriminator: network(undefined, 1) };
    const gan = training.createGAN({
      ...{ ...options, loss: hinge(), ema: {}, penalty: fragilePenalty(thrower) },
    });
    const state = await gan.state();
    await gan.trainStep({ real: x() });
    return {
      run: () => gan.restore(state),
      state: async () => (await gan.state()).arrays['generator/weights/last/kernel'],
    };
  },
  'saveCheckpoint and loadCheckpoint': (thrower) => {
    const gan = training.createGAN({
      ...{ generator: generatorOf(undefined), discriminator: network(undefined, 1), loss: hinge() },
      penalty: fragilePenalty(thrower),
    });
    return {
      run: async () => {
        await node.saveCheckpoint(gan, 'fragile.safetensors');
        await node.loadCheckpoint(gan, 'fragile.safetensors');
      },
      state: () => gan.state(),
    };
  },
  'GAN.generate': (thrower) => {
    const gan = training.createGAN({
      ...{ generator: generatorOf(thrower), discriminator: network(undefined, 1), loss: hinge() },
      ema: {},
    });
    const latents = x();
    return { run: freeing(() => gan.generate({ latents })), state: () => gan.state() };
  },
  ...Object.fromEntries(
    (['cycle', 'pix2pix'] as const).flatMap((kind) =>
      (['generator', 'discriminator', 'loss'] as const).map((part) => [
        `${kind === 'cycle' ? 'CycleGAN' : 'Pix2Pix'}.trainStep, the ${part}`,
        translation(kind, part),
      ]),
    ),
  ),
  'Pix2Pix.translate': (thrower) => {
    const pix2pix = training.createPix2Pix({
      ...{ generator: imageModel(thrower, 1), discriminator: imageModel(undefined, 1, 2) },
    });
    const a = numbers([2, 4, 4, 1]);
    return {
      run: freeing(() => pix2pix.translate({ a, mode: 'training', seed: 3 })),
      state: () => pix2pix.state(),
    };
  },
  'ImagePool.query': (thrower) => {
    class Choosy extends training.ImagePool {
      protected override choose(): number | undefined {
        thrower.strike();
        const place = super.choose();
        thrower.strike();
        return place;
      }
    }
    const pool = new Choosy({ size: 1 });
    const batch = numbers([3, 2, 2, 1]) as Tensor4D;
    pool.query(batch).dispose(); // full from now on
    return { run: freeing(() => pool.query(batch)), state: () => pool.state() };
  },
  'GradientMonitor.read': (thrower) => {
    const monitor = new training.GradientMonitor({
      ...{ every: 1, warnAbove: 1e-9, onWarning: thrower.strike },
    });
    const model = network(undefined, 1);
    const gradients = gradientsOf(model);
    return {
      run: async () => {
        monitor.observe('critic', model, gradients);
        await monitor.read();
      },
    };
  },
  clipWeights: (thrower) => {
    const model = network(undefined, 1);
    const exclude = () => {
      thrower.strike();
      return false;
    };
    return { run: () => training.clipWeights(model, 10, { exclude }) };
  },
  'SlotOptimizer.applyGradients': (thrower) => {
    const optimizer = new FragileRule(thrower);
    const gradients = gradientsOf(network(undefined, 1));
    return { run: () => optimizer.applyGradients(gradients) };
  },
  'SlotOptimizer.applyGradients, clipped': (thrower) => {
    const optimizer = new FragileRule(thrower, { clipNorm: 0.5 });
    const gradients = gradientsOf(network(undefined, 1));
    return { run: () => optimizer.applyGradients(gradients) };
  },
  'SlotOptimizer.rule': (thrower) => {
    const optimizer = new FragileRule(thrower);
    const [value, gradient] = [numbers([2]), numbers([2], 1)];
    const slots = optimizer.initialSlots(value);
    return {
      run: () => {
        const after = optimizer.rule(1)({ value, slots }, gradient);
        dispose([after.value, ...Object.values(after.slots)]);
      },
    };
  },
  'SlotOptimizer.minimize': (thrower) => {
    const optimizer = new FragileRule(thrower);
    const w = variable(numbers([2]));
    const loss = () => sum<Scalar>(thrower.op(thrower.op(w)));
    return { run: () => void optimizer.minimize(loss, true, [w])!.dispose() };
  },

  'FeatureStatistics.of, the batches': (thrower) => ({
    run: () => {
      function* batches() {
        for (const phase of [0, 1]) {
          const batch = numbers([3, 2], phase);
          try {
            thrower.refuse();
            yield batch;
          } finally {
            batch.dispose();
          }
        }
      }
      return metrics.FeatureStatistics.of(batches() as never);
    },
  }),
  'FeatureStatistics.of, onProgress': (thrower) => {
    const batches = [numbers([3, 2]), numbers([3, 2], 1)];
    return {
      run: () => metrics.FeatureStatistics.of(batches as never, { onProgress: thrower.strike }),
    };
  },
  fcnScore: (thrower) => {
    const batches = [0, 1].map((phase) => ({
      images: numbers([1, 2, 2, 1], phase) as Tensor4D,
      labels: new Uint8Array(4),
    }));
    const segmenter = (image: Tensor4D) =>
      tidy(() => concat([sub(1, thrower.op(image)), image], 3) as Tensor4D);
    const plain = (image: Tensor4D) => {
      thrower.strike();
      return segmenter(image);
    };
    return { run: () => metrics.fcnScore(plain, batches, { classes: 2 }) };
  },
  perceptualDistance: (thrower) => {
    const pairs = { target: numbers([1, 2, 2, 1]), prediction: numbers([1, 2, 2, 1], 1) };
    const extractor = (image: Tensor) => {
      const first = mul(image, 2);
      thrower.strike();
      return [first, tidy(() => thrower.op(image))];
    };
    return { run: () => metrics.perceptualDistance(pairs as never, { extractor }) };
  },
  'featureExtractor of a model': (thrower) => {
    const features = metrics.featureExtractor(network(thrower, 2), { layer: 'last' });
    const images = x();
    return { run: async () => void (await features(images)).dispose() };
  },
  'featureExtractor of a graph': (thrower) => {
    const graph = {
      execute: () => {
        throw new Error('use executeAsync');
      },
      executeAsync: (images: Tensor) => {
        const first = mul(images, 2);
        thrower.strike();
        return Promise.resolve(first);
      },
    };
    const features = metrics.featureExtractor(graph, { layer: 'node' });
    const images = x();
    return { run: async () => void (await features(images)).dispose() };
  },
  evaluateFolders: async (thrower) => {
    for (const folder of ['real', 'fake'])
      for (const grey of [10, 50, 200]) {
        const data = new Uint8Array(48).map((_, i) => grey + i);
        await node.savePNG(`${folder}/${grey}.png`, { width: 4, height: 4, channels: 3, data });
      }
    Object.assign(globalThis, {
      fragileExtractor: (images: Tensor4D) => {
        const narrow = mean(images, [1, 2]);
        thrower.strike();
        return narrow;
      },
    });
    const options = { real: 'real', fake: 'fake', extractor: 'extractor.mjs', batchSize: 2 };
    return {
      run: () =>
        node.evaluateFolders({ ...options, metrics: ['frechet'], onProgress: thrower.strike }),
    };
  },
};
