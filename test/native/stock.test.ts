import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { beforeAll, describe, expect, it } from 'vitest';

/** What tfjs-node does by itself, in a process without kernels of ours. */
const PROGRAM = `
  await import('@tensorflow/tfjs-node');
  const tf = await import('@tensorflow/tfjs-core');
  const answer = (f) => {
    try {
      return Array.from(f().dataSync(), (value) => (Number.isNaN(value) ? 'NaN' : value));
    } catch (error) {
      return error.message;
    }
  };
  const image = tf.tensor4d([1, 2, 3, 4], [1, 2, 2, 1]);
  const filter = tf.ones([2, 2, 1, 1]);
  const volume = tf.ones([1, 2, 1, 2, 1]);
  console.log(JSON.stringify({
    conv2d: answer(() => tf.conv2d(image, filter, 1, 1)),
    conv2dTranspose: answer(() => tf.conv2dTranspose(image, filter, [1, 3, 3, 1], 2, 1)),
    depthwiseConv2d: answer(() => tf.depthwiseConv2d(image, filter, 1, 1)),
    avgPool: answer(() => tf.avgPool(image, 2, 1, 1)),
    maxPool: answer(() => tf.maxPool(image, 2, 1, 1)),
    avgPoolGrad: answer(() => tf.grad((x) => tf.avgPool(x, 2, 1, 'same'))(image)),
    maxPoolOfNaN: answer(() => tf.maxPool(tf.tensor4d([1, NaN, NaN, NaN], [1, 1, 4, 1]), [1, 2], [1, 2], 'valid')),
    eluGradOfNaN: answer(() => tf.grad(tf.elu)(tf.tensor1d([NaN]))),
    maxPool3dGrad: answer(() => tf.grad((x) => tf.maxPool3d(x, [2, 1, 2], 1, 'valid'))(volume)),
  }));
`;

/** When one of these fails, a kernel of ours may be no longer needed. */
describe('tfjs-node by itself', () => {
  let answers: Record<string, unknown>;
  beforeAll(async () => {
    const { stdout } = await promisify(execFile)(process.execPath, [
      ...['--input-type=module', '--eval', PROGRAM],
    ]);
    answers = JSON.parse(stdout) as Record<string, unknown>;
  });

  it.each(['conv2d', 'conv2dTranspose', 'avgPool', 'maxPool', 'depthwiseConv2d'])(
    'has no %s that is padded by a number of pixels',
    (name) => {
      expect(answers[name]).toMatch("supports only 'valid' and 'same' padding");
    },
  );

  it('divides by the pixels inside in the backward pass of average pooling, too', () => {
    expect(answers['avgPoolGrad']).toEqual([0.25, 0.75, 0.75, 2.25]);
  });

  it('takes the lowest number for the maximum of NaN, and a slope of 1 for that of elu at NaN', () => {
    expect(answers['maxPoolOfNaN']).toEqual([1, -3.4028234663852886e38]);
    expect(answers['eluGradOfNaN']).toEqual([1]);
  });

  it('gives the whole gradient of 3-D max pooling to each element of a tie', () => {
    expect(answers['maxPool3dGrad']).toEqual([1, 1, 1, 1]);
  });
});
