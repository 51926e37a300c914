import { mul, ones, tidy, variable } from '@tensorflow/tfjs-core';
import type { Tensor, Variable } from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';
import {
  GanKitError,
  Losses,
  checkGradients,
  FeatureStatistics,
  confusionMatrix,
  dcganDiscriminator,
  dcganGenerator,
  inceptionScore,
  kernelDistance,
  structuralSimilarity,
} from '../../src/index.js';
import {
  ImagePool,
  clipWeights,
  createGAN,
  createPix2Pix,
  functionalCall,
} from '../../src/index.js';
import { namedWeights, r1 } from '../../src/index.js';
import { imageGrid } from '../../src/io/image_grid.js';
import { logSigmoid } from '../../src/ops/log_sigmoid.js';
import { logSoftmax } from '../../src/ops/log_softmax.js';
import { softmaxCrossEntropy } from '../../src/ops/softmax_cross_entropy.js';
import { inputGradient } from '../../src/penalties/index.js';
import { useBackend } from '../helpers/backends.js';

type Call = (disposed: Tensor) => unknown;

/** Each function that takes tensors, called with images that were disposed of. */
function calls(): Record<string, Call> {
  const imageShape = [8, 8, 1] as const;
  const generator = dcganGenerator({ imageShape, latentSize: 2, filters: 2, form: 'paper' });
  const critic = dcganDiscriminator({ imageShape, filters: 2, form: 'paper' });
  const gan = createGAN({ generator, discriminator: critic, loss: Losses.hinge() });
  const pix2pix = createPix2Pix({
    inputShape: imageShape,
    generatorOptions: { downsamplings: 2, filters: 2 },
    discriminatorOptions: { filters: 2, layers: 1 },
  });
  const good = ones([2, 8, 8, 1]);
  const rows = ones([2, 3]);
  const gone = ones([2, 3]);
  gone.dispose();
  const { path } = namedWeights(critic)[0]!;
  const pairs: Record<string, Call> = {};
  for (const [name, loss] of Object.entries({
    hinge: Losses.hinge(),
    wasserstein: Losses.wasserstein(),
  }))
    for (const side of ['discriminator', 'generator'] as const)
      pairs[`${name}().${side}`] = (x) => loss[side]({ real: good, fake: x });
  return {
    ...pairs,
    l1: (x) => Losses.l1({ target: good, prediction: x }),
    cycleConsistency: (x) => Losses.cycleConsistency({ real: x, reconstructed: good }),
    'r1().compute': (x) => r1().compute((y) => mul(y, y), { real: x }),
    inputGradient: (x) => inputGradient((y) => mul(y, y), x),
    'the critic of inputGradient': (x) => inputGradient(() => x, good),
    functionalCall: (x) => functionalCall(critic, {}, x),
    'weights of functionalCall': (x) => functionalCall(critic, { [path]: x }, good),
    checkGradients: (x) => checkGradients(critic, x),
    'GAN.trainStep': (x) => gan.trainStep({ real: x }),
    'GAN.generate': (x) => gan.generate({ latents: x }),
    'Pix2Pix.trainStep': (x) => pix2pix.trainStep({ a: good, b: x }),
    'Pix2Pix.translate': (x) => pix2pix.translate({ a: x, mode: 'inference' }),
    'ImagePool.query': (x) => new ImagePool().query(x as never),
    clipWeights: (x) => clipWeights([x as Variable], 0.1),
    imageGrid: (x) => imageGrid(x as never),
    logSigmoid,
    logSoftmax,
    softmaxCrossEntropy: (x) => softmaxCrossEntropy({ logits: good, labels: x }),
    kernelDistance: () => kernelDistance({ real: rows, fake: gone }),
    FeatureStatistics: () => FeatureStatistics.of(gone as never),
    inceptionScore: () => inceptionScore(gone, { from: 'logits' }),
    structuralSimilarity: (x) => structuralSimilarity({ target: good, prediction: x }),
    confusionMatrix: (x) => confusionMatrix({ predictions: x, labels: x, classes: 2 }),
  };
}

describe('a disposed tensor', () => {
  beforeAll(() => useBackend('cpu'));

  it('is called disposed by whatever is given it', async () => {
    const disposed = tidy(() => variable(ones([2, 8, 8, 1])));
    disposed.dispose();
    for (const [name, call] of Object.entries(calls())) {
      let error: unknown;
      try {
        await call(disposed);
      } catch (thrown) {
        error = thrown;
      }
      expect(error, name).toBeInstanceOf(GanKitError);
      expect((error as Error).message, name).toMatch(/Received: \[?disposed Tensor \(shape \[/);
    }
  });
});
