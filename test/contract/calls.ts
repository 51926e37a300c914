import { mkdirSync, writeFileSync } from 'node:fs';
import {
  add,
  concat,
  mul,
  scalar,
  slice,
  square,
  sub,
  sum,
  tensor,
  tidy,
} from '@tensorflow/tfjs-core';
import type { Tensor, Tensor4D } from '@tensorflow/tfjs-core';
import { input, layers, model, sequential } from '@tensorflow/tfjs-layers';
import type { LayersModel, SymbolicTensor } from '@tensorflow/tfjs-layers';
import * as root from 'gan-kit';
import * as io from 'gan-kit/io';
import * as gkLayers from 'gan-kit/layers';
import * as losses from 'gan-kit/losses';
import * as metrics from 'gan-kit/metrics';
import * as models from 'gan-kit/models';
import * as node from 'gan-kit/node';
import * as ops from 'gan-kit/ops';
import * as penalties from 'gan-kit/penalties';
import * as training from 'gan-kit/training';

/** A function that a user may call, with arguments that are right. */
export interface Call {
  readonly fn: (...args: never[]) => unknown;
  readonly args: readonly unknown[];
}

const make =
  <A extends unknown[], T>(Class: new (...args: A) => T) =>
  (...args: A): T =>
    new Class(...args);

/** Numbers that are neither equal nor in order. */
function numbers(shape: number[], phase = 0): Tensor {
  const size = shape.reduce((product, axis) => product * axis, 1);
  return tensor(
    Array.from({ length: size }, (_, i) => Math.sin(1.7 * i + phase)),
    shape,
  );
}

function network(units: number): LayersModel {
  return sequential({
    layers: [
      layers.dense({ units: 3, inputShape: [2], name: 'first' }),
      root.spectralNormalization({ layer: layers.dense({ units, name: 'last' }), name: 'sn' }),
    ],
  });
}

/** Another name for the folder that is wrong for being a text: functions that write files have made a file of it. */
const besideFile = (folder: string): string => (folder === 'text' ? 'texts' : folder);

/** A level of a stack: its generator makes `size` features of as many as its `condition` has. */
function stackLevel(size: number, condition: number) {
  const [z, h, x] = [
    input({ shape: [2] }),
    input({ shape: [condition] }),
    input({ shape: [size] }),
  ];
  const dense = (units: number) => layers.dense({ units });
  const both = layers.concatenate().apply([z, h]);
  const judged = [dense(1).apply(x), dense(2).apply(x)] as SymbolicTensor[];
  return {
    generator: model({ inputs: [z, h], outputs: dense(size).apply(both) as SymbolicTensor }),
    discriminator: model({ inputs: x, outputs: judged }),
  };
}

/** The calls of all exports and of the methods of what they make, in a folder of their own. */
export async function calls(): Promise<Map<string, Call>> {
  const png = node.encodePNG({
    width: 8,
    height: 4,
    channels: 3,
    data: new Uint8Array(96).fill(7),
  });
  for (const folder of ['a', 'b']) {
    mkdirSync(folder);
    for (let i = 0; i < 3; i++) writeFileSync(`${folder}/${i}.png`, png);
  }
  const files = [0, 1, 2].map((i) => new File([png], `${i}.png`));

  const x = numbers([6, 2]);
  const y = numbers([6, 2], 1);
  const logits = numbers([6, 1]);
  const others = numbers([6, 1], 2);
  const images = numbers([2, 12, 12, 3]) as Tensor4D;
  const targets = numbers([2, 12, 12, 3], 1) as Tensor4D;
  const bright: Tensor4D = tidy(() => mul(add(images, 1), 0.5));
  const latents = numbers([4, 2], 3);
  const generator = network(2);
  const discriminator = network(1);
  // a critic of any shape, as what a function of the user's throws is the user's
  const critic = (input: Tensor) => sum(square(input), [...input.shape.keys()].slice(1));
  const pixel = models.pixelDiscriminator({ inputShape: [8, 8, 3], filters: 4 });
  const [translator, backward] = [1, 2].map((seed) =>
    models.resnetGenerator({ inputShape: [12, 12, 3], filters: 2, blocks: 1, seed }),
  );
  const [patch, otherPatch] = [3, 4].map((seed) =>
    models.pixelDiscriminator({ inputShape: [12, 12, 3], filters: 2, seed }),
  );
  const judgeOfPairs = models.pixelDiscriminator({ inputShape: [12, 12, 6], filters: 2 });
  const autoencoder = sequential({
    layers: [layers.dense({ units: 2, inputShape: [2], name: 'code' })],
  });
  const normed = sequential({
    layers: [root.weightNormalization({ layer: layers.dense({ units: 2, inputShape: [2] }) })],
  });
  const grown = { imageShape: [8, 8, 1], baseChannels: 8, maxChannels: 2 } as const;
  const number = new training.ScalarState(0.5);
  const weights = await io.stateDict({ model: pixel, architecture: 'pixel' });
  const gan = training.createGAN({ generator, discriminator, loss: losses.hinge() });
  const of = { imageShape: [8, 8, 1], filters: 1, kernelSize: 4 } as const;
  const travelling = training.createGAN({
    generator: models.dcganGenerator({ ...of, latentSize: 2 }),
    discriminator: models.dcganDiscriminator(of),
    loss: losses.hinge(),
  });
  const architectures = { generator: 'dcgan', discriminator: 'dcgan' } as const;
  const run = await io.exportTraining({ system: travelling, architectures });
  const state = await gan.state();
  const board = await node.tensorBoardLog('board');
  const rows = await node.csvLog('rows.csv');
  await node.saveCheckpoint(gan, 'gan.safetensors');
  const checkpoint = io.encodeCheckpoint(state);
  const statistics = [x, y].map(() => new metrics.FeatureStatistics());
  await statistics[0]!.update(x);
  await statistics[1]!.update(y);
  const npz = metrics.encodeStatisticsNPZ(statistics[0]!);
  const labels = tensor([0, 1, 1, 0, 1, 0], [6], 'int32');
  const matrix = await metrics.confusionMatrix({ labels, predictions: labels, classes: 2 });
  const tensors = { bias: { shape: [2], data: Float32Array.of(1, 2) } };
  const raster = { width: 2, height: 1, channels: 3, data: new Uint8Array(6) };
  const report = {
    title: 'title',
    summary: [{ label: 'score', value: '1' }],
    curves: [
      { title: 'loss', xLabel: 'step', yLabel: 'D', series: [{ name: 'D', x: [0, 1], y: [1, 0] }] },
    ],
  };
  const segmenter = (input: Tensor) => {
    const one = input.shape[3] === 3 ? sub(input, 1) : input;
    return concat([one, input], 3);
  };
  const mapOf = (size: number) => new Uint8Array(size).map((_, i) => i % 2);
  const cycleOptions = {
    generators: { ab: translator, ba: backward },
    discriminators: { a: patch, b: otherPatch },
    lambdaCycle: 10,
    lambdaIdentity: 0.5,
    poolSize: 2,
    seed: 1,
  };
  await pixel.save(node.modelFile('model.json'));
  const layer = pixel.layers[1]!.name;
  const cycle = training.createCycleGAN(cycleOptions as never);
  const pix2pix = training.createPix2Pix({ generator: translator!, discriminator: judgeOfPairs });
  const pool = new training.ImagePool({ size: 2 });
  const buffer = new training.ReplayBuffer({ size: 4 });
  const mixture = new training.Mixture({ generators: [generator] });
  const weak = () =>
    training.createGAN({ generator: network(2), discriminator: network(1), loss: losses.hinge() });
  const [weakOnce, judge] = [weak(), network(1)];
  const adaOptions = {
    samples: x,
    gan: () => weakOnce,
    classifier: () => judge,
    classifierOptimizer: () => training.adam(),
    ganSteps: 100,
    classifierSteps: 3,
    batchSize: 2,
    share: 0.5,
    weighting: 'top',
    latents: 'uniform',
    seed: 1,
  } as const;
  const ada = training.createAdaGAN({ ...adaOptions, gan: weak });
  await ada.trainStep();
  const unmoved = training.createAdaGAN({ ...adaOptions, gan: weak }); // no moments yet
  const boosted = training.createAdaGAN({ ...adaOptions, gan: weak, ganSteps: 1 });
  await boosted.trainStep();
  buffer.query(x, logits);
  const average = new training.ExponentialMovingAverage(generator);
  const adam = training.adam();
  const penalty = new penalties.GradientPenalty();
  const augment = training.diffAugment();
  const hinge = losses.hinge();
  const relativistic = losses.relativisticAverage();
  const gradients = Object.fromEntries(
    generator.trainableWeights.map((weight) => [weight.originalName, mul(weight.read(), 0.1)]),
  );
  const dataSet = await node.pairedImages({ folder: 'a', crop: 4, load: 4 });
  const features = metrics.featureExtractor(pixel, { layer });
  const dropout = gkLayers.dropout({ rate: 0.5 });
  const map = numbers([1, 2, 2, 8]) as Tensor4D;
  const attention = gkLayers.selfAttention();
  attention.apply(map);

  const table: Record<string, readonly [(...args: never[]) => unknown, ...unknown[]]> = {
    // gan-kit
    loadBackend: [root.loadBackend, { threads: 1 }],
    isGanKitError: [root.isGanKitError, new Error('x')],
    checkGradients: [root.checkGradients, discriminator, x, { seed: 1 }],
    enableSecondOrderGradients: [root.enableSecondOrderGradients],
    installKernels: [root.installKernels],

    // gan-kit/layers
    advancePowerIteration: [gkLayers.advancePowerIteration, discriminator],
    attentionMap: [gkLayers.attentionMap, attention, map],
    batchNormalization: [gkLayers.batchNormalization, { epsilon: 1e-5, momentum: 0.9, name: 'bn' }],
    conditionalBatchNormalization: [
      gkLayers.conditionalBatchNormalization,
      { classes: 3, epsilon: 1e-5, momentum: 0.9, name: 'cbn' },
    ],
    conv2d: [gkLayers.conv2d, { filters: 2, kernelSize: 3, strides: 1, padding: 1, useBias: true }],
    conv2dTranspose: [
      gkLayers.conv2dTranspose,
      { filters: 2, kernelSize: 3, strides: 2, padding: 1, outputPadding: 1, useBias: true },
    ],
    dropout: [gkLayers.dropout, { rate: 0.5, seed: 1 }],
    gaussianNoise: [gkLayers.gaussianNoise, { stddev: 0.5, seed: 1 }],
    groupNormalization: [gkLayers.groupNormalization, { groups: 2, epsilon: 1e-5, affine: true }],
    functionalCall: [gkLayers.functionalCall, discriminator, {}, x, { training: true }],
    instanceNormalization: [gkLayers.instanceNormalization, { epsilon: 1e-5, affine: true }],
    equalizedLearningRate: [
      gkLayers.equalizedLearningRate,
      { layer: layers.dense({ units: 2 }), gain: 1, scaleBias: true, seed: 1 },
    ],
    leakyReLU: [gkLayers.leakyReLU, { negativeSlope: 0.2 }],
    addReferenceBatch: [
      gkLayers.addReferenceBatch,
      { referenceSize: 2, distribution: 'uniform', seed: 1, name: 'reference' },
    ],
    removeReferenceBatch: [gkLayers.removeReferenceBatch, { referenceSize: 2, name: 'rest' }],
    virtualBatchNormalization: [
      gkLayers.virtualBatchNormalization,
      { referenceSize: 2, epsilon: 1e-5, scale: true, center: true, name: 'virtual' },
    ],
    minibatchDiscrimination: [
      gkLayers.minibatchDiscrimination,
      { kernels: 2, dimensions: 3, weightNorm: true, useBias: true, name: 'crowd' },
    ],
    minibatchStandardDeviation: [
      gkLayers.minibatchStandardDeviation,
      { groupSize: 4, features: 1, epsilon: 1e-8, grouping: 'contiguous', unbiased: true },
    ],
    namedWeights: [gkLayers.namedWeights, discriminator],
    pixelNormalization: [gkLayers.pixelNormalization, { epsilon: 1e-8 }],
    pixelShuffle: [gkLayers.pixelShuffle, { factor: 2 }],
    projection: [gkLayers.projection, { classes: 3, useBias: true, name: 'head' }],
    recompute: [gkLayers.recompute, [gkLayers.leakyReLU()], { name: 'again' }],
    Recompute: [make(gkLayers.Recompute), { layers: [gkLayers.leakyReLU()], name: 'again' }],
    reflectionPadding2d: [gkLayers.reflectionPadding2d, { padding: 1, mode: 'reflect' }],
    registerLayers: [gkLayers.registerLayers],
    removeSpectralNormalization: [gkLayers.removeSpectralNormalization, discriminator],
    selfAttention: [
      gkLayers.selfAttention,
      { pooling: true, keyDivisor: 8, valueDivisor: 2, kernelInitializer: 'zeros' },
    ],
    spectralNormalization: [
      gkLayers.spectralNormalization,
      { layer: layers.dense({ units: 2 }), powerIterations: 1, epsilon: 1e-12, seed: 1 },
    ],
    spectralNorms: [gkLayers.spectralNorms, discriminator],
    upSampling2d: [gkLayers.upSampling2d, { interpolation: 'bilinear' }],
    weightNormalization: [
      gkLayers.weightNormalization,
      { layer: layers.dense({ units: 2 }), lengths: 'fixed' },
    ],
    withFrozenMasks: [gkLayers.withFrozenMasks, () => 1],
    withFrozenPowerIteration: [gkLayers.withFrozenPowerIteration, () => 1],
    withFrozenStatistics: [gkLayers.withFrozenStatistics, () => 1],

    // gan-kit/losses
    adversarialLoss: [losses.adversarialLoss, 'hinge'],
    cycleConsistency: [
      losses.cycleConsistency,
      { real: x, reconstructed: y },
      { reduction: 'sum' },
    ],
    hinge: [losses.hinge, { margin: 1 }],
    identity: [losses.identity, { real: x, same: y }, { reduction: 'mean' }],
    l1: [losses.l1, { target: x, prediction: y }, { reduction: 'none' }],
    l2: [losses.l2, { target: x, prediction: y }, { reduction: 'mean' }],
    leastSquares: [
      losses.leastSquares,
      { fakeLabel: 0, realLabel: 1, generatorLabel: 1, scale: 0.5 },
    ],
    minimax: [losses.minimax, { realLabel: 0.9 }],
    nonSaturating: [losses.nonSaturating, { realLabel: 0.9 }],
    relativisticAverage: [losses.relativisticAverage, {}],
    wasserstein: [losses.wasserstein],

    // gan-kit/penalties
    dragan: [penalties.dragan, { weight: 10, every: 1, seed: 1 }],
    GradientPenalty: [
      make(penalties.GradientPenalty),
      { weight: 1, every: 1, target: 1, sided: 'two', at: 'real', outputs: 'sum', epsilon: 1e-12 },
    ],
    inputGradient: [penalties.inputGradient, critic, x, { outputs: 'sum' }],
    r1: [penalties.r1, { gamma: 10, every: 1 }],
    r2: [penalties.r2, { gamma: 10, every: 1 }],

    // gan-kit/ops
    logSigmoid: [ops.logSigmoid, x],
    logSoftmax: [ops.logSoftmax, x, 1],
    softmaxCrossEntropy: [ops.softmaxCrossEntropy, { labels: x, logits: y }],
    stopGradient: [ops.stopGradient, () => add(x, 1)],

    // gan-kit/models
    beganAutoencoder: [
      models.beganAutoencoder,
      { imageShape: [16, 16, 1], filters: 1, latentSize: 2, skips: true, seed: 1, name: 'judge' },
    ],
    beganGenerator: [
      models.beganGenerator,
      { imageShape: [16, 16, 1], filters: 1, latentSize: 2, skips: true, seed: 1, name: 'maker' },
    ],
    dcganDiscriminator: [
      models.dcganDiscriminator,
      {
        ...{ imageShape: [8, 8, 1], filters: 2, layers: 1, seed: 1 },
        ...{ normalization: 'none', spectralNorm: true },
      },
    ],
    dcganGenerator: [
      models.dcganGenerator,
      { imageShape: [8, 8, 1], latentSize: 2, filters: 2, normalization: 'batch', seed: 1 },
    ],
    inceptionV3: [models.inceptionV3, { inputShape: [75, 75, 3], seed: 1, name: 'inception' }],
    initializeByData: [models.initializeByData, normed, numbers([6, 2])],
    initializeWeights: [models.initializeWeights, pixel, { stddev: 0.02, seed: 1 }],
    patchDiscriminator: [
      models.patchDiscriminator,
      { inputShape: [16, 16, 3], filters: 2, layers: 1, normalization: 'instance', seed: 1 },
    ],
    pixelDiscriminator: [
      models.pixelDiscriminator,
      { inputShape: [8, 8, 3], filters: 2, spectralNorm: true, seed: 1 },
    ],
    progressiveDiscriminator: [
      models.progressiveDiscriminator,
      { imageShape: [8, 8, 1], baseChannels: 8, maxChannels: 3, form: 'zoo', seed: 1, name: 'D' },
    ],
    progressiveGenerator: [
      models.progressiveGenerator,
      {
        ...{ imageShape: [8, 8, 1], latentSize: 2, baseChannels: 8, maxChannels: 3 },
        ...{ form: 'paper', seed: 1, name: 'G' },
      },
    ],
    residualDiscriminator: [
      models.residualDiscriminator,
      {
        ...{
          imageShape: [32, 32, 1],
          filters: 2,
          form: 'wgan-gp',
          spectralNorm: true,
          attention: 8,
          epsilon: 1e-5,
        },
        ...{
          normalization: 'layer',
          pooling: 'mean',
          skipInput: 'relu',
          hidden: 'output',
          outerBias: false,
          seed: 1,
        },
      },
    ],
    residualGenerator: [
      models.residualGenerator,
      {
        ...{
          imageShape: [32, 32, 1],
          latentSize: 3,
          filters: 2,
          form: 'sn-gan',
          spectralNorm: true,
          attention: 8,
        },
        ...{ normalization: 'batch', interpolation: 'bilinear', epsilon: 1e-5, seed: 1 },
      },
    ],
    resnetGenerator: [
      models.resnetGenerator,
      { inputShape: [8, 8, 3], outputChannels: 1, filters: 2, blocks: 1, padding: 'zero', seed: 1 },
    ],
    unetGenerator: [
      models.unetGenerator,
      { inputShape: [8, 8, 3], outputChannels: 1, filters: 2, downsamplings: 3, seed: 1 },
    ],

    // gan-kit/training
    adam: [training.adam, { learningRate: 1e-3, beta1: 0.5, beta2: 0.9, epsilon: 1e-8 }],
    checkpointOf: [training.checkpointOf, { generator, adam, average }],
    clipWeights: [training.clipWeights, generator, 100, {}],
    createProgressiveGAN: [
      training.createProgressiveGAN,
      {
        generator: models.progressiveGenerator({ ...grown, latentSize: 2 }),
        discriminator: models.progressiveDiscriminator(grown),
        ...{ growth: 'manual', stableImages: 4, fadeImages: [4], criticSteps: 2, penaltyWeight: 1 },
        ...{ target: 1, drift: 0.1, resetOptimizers: 'start', latents: 'uniform', seed: 1 },
      },
    ],
    createBEGAN: [training.createBEGAN, { generator, discriminator: autoencoder, gamma: 0.5 }],
    createCycleGAN: [training.createCycleGAN, cycleOptions],
    createGAN: [
      training.createGAN,
      {
        ...{ generator, discriminator, loss: losses.hinge(), criticSteps: 1 },
        ...{ packing: 1, ema: { decay: 0.9 }, featureMatching: { layer: 'first' } },
        historicalAveraging: { generator: 0.1, discriminator: 0.1 },
      },
    ],
    createStackedGAN: [
      training.createStackedGAN,
      {
        ...{ encoder: generator, features: ['first'] },
        levels: [stackLevel(2, 3), stackLevel(3, 2)],
        ...{
          loss: losses.nonSaturating(),
          discriminatorWeight: 0.5,
          mode: 'joint',
          jointGradient: 0,
        },
        ...{
          weights: { adversarial: 1, conditional: 1, entropy: 10 },
          latents: 'uniform01',
          seed: 1,
        },
      },
    ],
    createSemiSupervisedGAN: [
      training.createSemiSupervisedGAN,
      {
        ...{ generator, discriminator: generator, loss: losses.minimax(), unlabelledWeight: 1 },
        ...{ featureMatching: { layer: 'first', distance: 'absolute' }, ema: { decay: 0.9 } },
        ...{ latents: 'uniform', seed: 1 },
      },
    ],
    createUnrolledGAN: [
      training.createUnrolledGAN,
      {
        ...{ generator, discriminator, loss: losses.minimax(), unrolledSteps: 2 },
        ...{ objective: 'loss', gradient: 'stopped', latents: 'uniform', seed: 1 },
      },
    ],
    createPix2Pix: [
      training.createPix2Pix,
      { generator: translator, discriminator: judgeOfPairs, lambdaL1: 100, seed: 1 },
    ],
    createSystem: [
      training.createSystem,
      {
        name: 'Autoencoder',
        networks: { generator },
        optimizers: { generator: adam },
        components: { average },
        step: () => undefined,
      },
    ],
    diffAugment: [
      training.diffAugment,
      { policy: ['color', 'cutout'], brightness: 0.5, translation: 0.125, cutout: 0.5 },
    ],
    ExponentialMovingAverage: [
      make(training.ExponentialMovingAverage),
      generator,
      { decay: 0.9, warmUp: true },
    ],
    GradientMonitor: [make(training.GradientMonitor), { every: 1, warnAbove: 10 }],
    ImagePool: [make(training.ImagePool), { size: 2, seed: 1 }],
    Mixture: [make(training.Mixture), { generators: [generator], shares: [2], latents: 'uniform' }],
    adaGANWeights: [
      training.adaGANWeights,
      { ratios: [0.5, 1, 2], share: 0.5, weighting: 'optimal' },
    ],
    createAdaGAN: [training.createAdaGAN, adaOptions],
    dualityGap: [
      training.dualityGap,
      {
        ...{ generator, discriminator, test: x, loss: losses.minimax(), steps: 1, seed: 1 },
        real: () => numbers([6, 2]),
        optimizer: () => training.adam(),
        latents: 'uniform',
      },
    ],
    ReplayBuffer: [make(training.ReplayBuffer), { size: 4, share: 0.5, seed: 1 }],
    interpolateLatents: [
      training.interpolateLatents,
      latents,
      { steps: 2, path: 'linear', loop: true },
    ],
    labelDistribution: [
      training.labelDistribution,
      { classes: 2, weights: [1, 2], encoding: 'oneHot' },
    ],
    linearDecay: [training.linearDecay, { epochs: 1, decayEpochs: 2, start: 1 }],
    randomSource: [training.randomSource, { seed: 1 }],
    noteLosses: [training.noteLosses, {}, { step: 1, losses: { generator: 0.5 } }],
    runSteps: [
      training.runSteps,
      training.createGAN({ generator, discriminator, loss: losses.hinge() }),
      () => ({ real: numbers([6, 2]) }),
      {
        steps: 2,
        learningRate: () => 1e-3,
        rhythm: [{ every: 1, do: () => undefined }],
      },
    ],
    rmsprop: [training.rmsprop, { learningRate: 1e-3, decay: 0.9, epsilon: 1e-8 }],
    sampleLatents: [training.sampleLatents, { count: 2, size: 3, distribution: 'normal', seed: 1 }],
    ScalarState: [make(training.ScalarState), 0.5],
    sgd: [training.sgd, { learningRate: 1e-3, momentum: 0.9 }],
    shuffledBatch: [training.shuffledBatch, { count: 6, batchSize: 2, index: 1, seed: 1 }],
    stepDecay: [training.stepDecay, { every: 1, factor: 0.5, least: 0.25 }],

    // gan-kit/metrics
    classShares: [metrics.classShares, x],
    classifierConfidence: [metrics.classifierConfidence, x, { threshold: 0.9 }],
    confusionMatrix: [metrics.confusionMatrix, { labels, predictions: labels, classes: 2 }],
    densityCoverage: [metrics.densityCoverage, { real: x, fake: y }, { neighbors: 2 }],
    fcnScore: [
      metrics.fcnScore,
      segmenter,
      { images: slice(images, [0, 0, 0, 0], [2, 12, 12, 1]), labels: mapOf(288) },
      { classes: 2 },
    ],
    featureExtractor: [metrics.featureExtractor, pixel, { layer }],
    FeatureStatistics: [make(metrics.FeatureStatistics)],
    decodeStatisticsNPZ: [metrics.decodeStatisticsNPZ, npz],
    encodeStatisticsNPZ: [metrics.encodeStatisticsNPZ, statistics[0]],
    frechetDistance: [metrics.frechetDistance, statistics[0], statistics[1]],
    lpipsNetwork: [
      metrics.lpipsNetwork,
      { network: 'alex', backbone: checkpoint, linear: checkpoint, range: [0, 1] },
    ],
    inceptionFeatures: [metrics.inceptionFeatures, { weights: checkpoint, pixels: 'signed' }],
    inceptionScore: [metrics.inceptionScore, x, { from: 'logits', splits: 2 }],
    kernelDistance: [
      metrics.kernelDistance,
      { real: x, fake: y },
      { subsets: 2, subsetSize: 3, seed: 1 },
    ],
    modeCoverage: [metrics.modeCoverage, { predictions: Int32Array.of(0, 1, 1), modes: 2 }],
    nearestNeighborDistance: [
      metrics.nearestNeighborDistance,
      { samples: x, references: y },
      { batchSize: 2 },
    ],
    peakSignalToNoiseRatio: [
      metrics.peakSignalToNoiseRatio,
      { target: images, prediction: targets },
      { range: 2 },
    ],
    perceptualDistance: [
      metrics.perceptualDistance,
      { target: images, prediction: targets },
      { extractor: (input: Tensor) => [mul(input, 2)] },
    ],
    precisionRecall: [metrics.precisionRecall, { real: x, fake: y }, { neighbors: 2 }],
    precisionRecallCurve: [
      metrics.precisionRecallCurve,
      { real: [1, 1], fake: [0, 1] },
      { angles: 3, beta: 8 },
    ],
    precisionRecallDistribution: [
      metrics.precisionRecallDistribution,
      { real: x, fake: y },
      { clusters: 2, runs: 1, seed: 1 },
    ],
    realism: [metrics.realism, { real: x, fake: y }, { neighbors: 2 }],
    scoreNames: [metrics.scoreNames, 'mine'],
    segmentationScores: [metrics.segmentationScores, matrix, { absent: 'zero' }],
    structuralSimilarity: [
      metrics.structuralSimilarity,
      { target: bright, prediction: bright },
      { range: 1 },
    ],

    // gan-kit/io
    decodeCheckpoint: [io.decodeCheckpoint, checkpoint],
    encodePth: [io.encodePth, tensors],
    exportTraining: [
      io.exportTraining,
      { system: travelling, architectures, spectralKeys: 'hook', extra: { epoch: 1 } },
    ],
    importTraining: [io.importTraining, { system: travelling, bytes: run }],
    encodeCheckpoint: [io.encodeCheckpoint, state, { epoch: 1 }],
    imageGrid: [io.imageGrid, images, { columns: 2, gap: 1, scale: 1, range: [-1, 1] }],
    decodePNG: [io.decodePNG, png, { bits: 16, transparency: true }],
    'io.pairedImages': [io.pairedImages, { files, crop: 4, load: 4, seed: 1 }],
    'io.trainingImages': [io.trainingImages, { files, crop: [4, 4], alpha: 'keep', bits: 8 }],
    'io.unpairedImages': [io.unpairedImages, { filesA: files, filesB: files, crop: 4, load: 4 }],
    loadStateDict: [
      io.loadStateDict,
      { model: pixel, stateDict: weights, architecture: 'pixel', strict: true },
    ],
    readPth: [io.readPth, new Uint8Array(8), { path: ['state_dict'] }],
    stateDict: [io.stateDict, { model: pixel, architecture: 'pixel', spectralKeys: 'hook' }],
    decodeSafetensors: [io.decodeSafetensors, checkpoint],
    encodeSafetensors: [io.encodeSafetensors, { tensors, metadata: { epoch: '1' } }],

    // gan-kit/node
    writeFileAtomic: [node.writeFileAtomic, 'file', 'text'],
    loadCheckpoint: [node.loadCheckpoint, gan, 'gan.safetensors'],
    saveCheckpoint: [node.saveCheckpoint, gan, 'gan.safetensors', { extra: { epoch: 1 } }],
    evaluateFolders: [
      node.evaluateFolders,
      { real: 'a', fake: 'b', extractor: 'model.json', layer, size: 8, metrics: ['frechet'] },
    ],
    folderImages: [node.folderImages, { folder: 'a', channels: 3, batchSize: 2, size: 4 }],
    loadInceptionFeatures: [node.loadInceptionFeatures, 'gan.safetensors', { pixels: 'bytes' }],
    loadLPIPSNetwork: [
      node.loadLPIPSNetwork,
      { network: 'alex', backbone: 'gan.safetensors', linear: 'gan.safetensors' },
    ],
    modelFile: [node.modelFile, 'model.json'],
    pairedImages: [node.pairedImages, { folder: 'a', crop: 4, load: 4, seed: 1 }],
    trainingImages: [
      node.trainingImages,
      { folder: 'a', preprocess: 'crop', crop: 4, channels: 3 },
    ],
    unpairedImages: [node.unpairedImages, { folderA: 'a', folderB: 'b', crop: 4, load: 4 }],
    csvLog: [node.csvLog, 'losses.csv', { after: 1 }],
    interruptSignal: [node.interruptSignal],
    saveAnimation: [
      node.saveAnimation,
      'film.png',
      [raster, raster],
      { framesPerSecond: 5, plays: 1 },
    ],
    tensorBoardLog: [
      (folder: string, ...rest: [node.LogOptions]) =>
        node.tensorBoardLog(besideFile(folder), ...rest),
      'board',
      { after: 1 },
    ],
    runInFolder: [
      (
        ...[system, batches, options]: Parameters<
          typeof node.runInFolder<training.GANBatch, training.GANLosses>
        >
      ) =>
        node.runInFolder(
          system,
          batches,
          options && { ...options, folder: besideFile(options.folder) },
        ),
      training.createGAN({ generator, discriminator, loss: losses.hinge() }),
      () => ({ real: numbers([6, 2]) }),
      {
        ...{ folder: 'run', steps: 1, resume: false, saveEvery: 1, bar: false },
        extra: { save: () => ({}), restore: () => undefined },
        pictures: { every: 1, draw: () => raster, name: 'dot' },
        logEvery: 1,
      },
    ],
    encodePNG: [node.encodePNG, raster],
    savePNG: [node.savePNG, 'picture.png', raster],
    renderReport: [node.renderReport, report],
    writeReport: [node.writeReport, 'report.html', report],
    'CSVLog.row': [rows.row.bind(rows), 1, { loss: 1 }],
    'TensorBoardLog.scalars': [board.scalars.bind(board), 1, { loss: 1 }],
    'TensorBoardLog.image': [board.image.bind(board), 1, 'samples', raster],
    'GAN.trainStep': [gan.trainStep.bind(gan), { real: x }, { read: true }],
    'GAN.generate': [gan.generate.bind(gan), { latents, average: false }],
    'GAN.restore': [gan.restore.bind(gan), state],
    'CycleGAN.trainStep': [cycle.trainStep.bind(cycle), { a: images, b: targets }, { read: true }],
    'CycleGAN.translate': [cycle.translate.bind(cycle), { a: images, mode: 'inference' }],
    'CycleGAN.restore': [cycle.restore.bind(cycle), await cycle.state()],
    'Pix2Pix.trainStep': [pix2pix.trainStep.bind(pix2pix), { a: images, b: targets }, {}],
    'Pix2Pix.translate': [pix2pix.translate.bind(pix2pix), { a: images, mode: 'training' }],
    'Pix2Pix.restore': [pix2pix.restore.bind(pix2pix), await pix2pix.state()],
    'ImagePool.query': [pool.query.bind(pool), images],
    'ImagePool.restore': [pool.restore.bind(pool), await pool.state()],
    'Mixture.choose': [mixture.choose.bind(mixture), { count: 3, seed: 1 }],
    'Mixture.generate': [mixture.generate.bind(mixture), { count: 3, seed: 1 }],
    'AdaGAN.trainStep': [ada.trainStep.bind(ada), {}, { read: true }],
    'AdaGAN.generate': [boosted.generate.bind(boosted), { count: 3, seed: 1 }],
    'AdaGAN.restore': [unmoved.restore.bind(unmoved), await unmoved.state()],
    'ReplayBuffer.query': [buffer.query.bind(buffer), x, logits],
    'ReplayBuffer.restore': [buffer.restore.bind(buffer), await buffer.state()],
    'ExponentialMovingAverage.restore': [average.restore.bind(average), await average.state()],
    'ScalarState.assign': [number.assign.bind(number), scalar(0.25)],
    'ScalarState.restore': [number.restore.bind(number), await number.state()],
    'GradientMonitor.observe': [
      (...given: Parameters<training.GradientMonitor['observe']>) => {
        const monitor = new training.GradientMonitor({ every: 1 });
        try {
          monitor.observe(...given);
        } finally {
          monitor.dispose();
        }
      },
      'generator',
      generator,
      gradients,
    ],
    'Adam.applyGradients': [adam.applyGradients.bind(adam), gradients],
    'Adam.restore': [adam.restore.bind(adam), await adam.state()],
    'Adam.learningRate': [
      (rate: number) => {
        adam.learningRate = rate;
      },
      1e-3,
    ],
    'GradientPenalty.compute': [penalty.compute.bind(penalty), critic, { real: x, fake: y }],
    'GradientPenalty.restore': [penalty.restore.bind(penalty), await penalty.state()],
    'hinge.discriminator': [hinge.discriminator.bind(hinge), { real: logits, fake: others }],
    'hinge.generator': [hinge.generator.bind(hinge), { fake: others }],
    'relativisticAverage.discriminator': [
      relativistic.discriminator.bind(relativistic),
      { real: logits, fake: others },
    ],
    'relativisticAverage.generator': [
      relativistic.generator.bind(relativistic),
      { real: logits, fake: others },
    ],
    'diffAugment.transform': [augment.transform.bind(augment), images, training.randomSource()],
    'linearDecay()': [training.linearDecay({ epochs: 1, decayEpochs: 1 }), 1],
    'stepDecay()': [training.stepDecay({ every: 1 }), 1],
    'pairedImages.batch': [dataSet.batch.bind(dataSet), 1, 2],
    'featureExtractor()': [features, numbers([2, 8, 8, 3])],
    'FeatureStatistics.update': [statistics[0]!.update.bind(statistics[0]), x],
    'FeatureStatistics.merge': [statistics[0]!.merge.bind(statistics[0]), statistics[1]],
    'FeatureStatistics.of': [
      metrics.FeatureStatistics.of.bind(metrics.FeatureStatistics),
      [x, y],
      { onProgress: () => undefined },
    ],
    'FeatureStatistics.fromBytes': [
      metrics.FeatureStatistics.fromBytes.bind(metrics.FeatureStatistics),
      statistics[1]!.toBytes(),
    ],
    'FeatureStatistics.fromJSON': [
      metrics.FeatureStatistics.fromJSON.bind(metrics.FeatureStatistics),
      statistics[1]!.toJSON(),
    ],
    'Dropout.seek': [dropout.seek.bind(dropout), 3],
    'Dropout.restore': [dropout.restore.bind(dropout), await dropout.state()],
  };
  return new Map(Object.entries(table).map(([name, [fn, ...args]]) => [name, { fn, args }]));
}
