#!/usr/bin/env bash
# TensorFlow.js 4.22.0: wrong results of valid calls, found when tfjs-node was put beside the other backends.
#
# - matMul whose operands both broadcast, as [2,1,4,5] × [3,5,6]: on cpu and wasm the tensor of shape [2,3,4,6]
#   holds 72 numbers where there should be 144, many of them of other matrices.
# - conv2d and depthwiseConv2d, 'same', with windows smaller than their stride, on images that are a multiple
#   of it: zeros on wasm, without a word.
# - conv3d, maxPool3d and avgPool3d of that kind: on cpu and wasm every window begins one too early, as the
#   padding is −1 instead of 0; the same call in two dimensions is right on cpu.
# - clipByValue of an int32 tensor on wasm: the bits of its bounds as floats.
# - oneHot with dtype float32 on wasm: the bits of int32 numbers, so that each 1 reads as 1.4e-45.
# - cast to bool on wasm: 256 is false, and 2 stays 2, as the number is cut to eight bits.
# - dilation2d, 'same', on wasm: 1.2e-38 where windows are negative throughout.
# - math.confusionMatrix and image.threshold by 'otsu' throw on wasm; so does every int32 product of matrices.
# - floorDiv of floats on cpu: an int32, so that 3e9 / 1 is -1294967296 and NaN is 0.
#
# tfjs-node computes all of it right but for floorDiv's dtype, which is float32 there.
# Ends with 0 while all of it is so, else with 1.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
npm init --yes > /dev/null
npm install --silent --no-audit --no-fund \
  @tensorflow/tfjs-core@4.22.0 @tensorflow/tfjs-backend-cpu@4.22.0 @tensorflow/tfjs-backend-wasm@4.22.0
cat > run.mjs <<'JS'
import * as tf from '@tensorflow/tfjs-core';
import '@tensorflow/tfjs-backend-cpu';
import '@tensorflow/tfjs-backend-wasm';

const same = [];
/** Compares what a call gives, or that it throws, with what was seen; `right` is by hand. */
async function see(backend, what, call, right, seen) {
  await tf.setBackend(backend);
  let got;
  try {
    got = [...(await call().data())].map((value) => Number(value.toPrecision(6))).join(' ');
  } catch (error) {
    got = `throws: ${error.message.split('\n')[0]}`;
  }
  const is = typeof seen === 'string' ? got === seen : seen.test(got);
  console.log(`${is ? 'so' : 'no longer so'}: ${backend}: ${what} is ${got.slice(0, 60)}, right is ${right}`);
  same.push(is);
}

// small integers, whose products are exact, and the definition of the product as loops
const integers = (size, start) => Array.from({ length: size }, (_, i) => ((i * 7 + start) % 11) - 5);
const [a, b] = [integers(2 * 4 * 5, 3), integers(3 * 5 * 6, 6)];
const product = [];
for (let p = 0; p < 2; p++)
  for (let q = 0; q < 3; q++)
    for (let i = 0; i < 4; i++)
      for (let j = 0; j < 6; j++) {
        let sum = 0;
        for (let k = 0; k < 5; k++) sum += a[p * 20 + i * 5 + k] * b[q * 30 + k * 6 + j];
        product.push(sum);
      }
for (const backend of ['cpu', 'wasm']) {
  await tf.setBackend(backend);
  const y = tf.matMul(tf.tensor(a, [2, 1, 4, 5]), tf.tensor(b, [3, 5, 6]));
  const values = await y.data();
  const wrong = values.filter((value, i) => value !== product[i]).length;
  const is = y.size === 144 && values.length === 72 && wrong > 0;
  console.log(`${is ? 'so' : 'no longer so'}: ${backend}: matMul of shape ${y.shape} holds ${values.length} numbers, ${wrong} of them wrong`);
  same.push(is);
}

// [1, 2], [4, 5] of a column 1 … 6 are the windows of 2 at a stride of 3
const column = [1, 2, 3, 4, 5, 6];
const plane = () => tf.tensor4d(column, [1, 6, 1, 1]);
const volume = () => tf.tensor5d(column, [1, 6, 1, 1, 1]);
const filter = (...shape) => tf.tensor([1, 10], shape);
const conv2d = () => tf.conv2d(plane(), filter(2, 1, 1, 1), [3, 1], 'same');
const depthwise = () => tf.depthwiseConv2d(tf.ones([1, 6, 6, 1]), tf.ones([2, 2, 1, 1]), 3, 'same');
const conv3d = () => tf.conv3d(volume(), filter(2, 1, 1, 1, 1), [3, 1, 1], 'same');
await see('cpu', 'conv2d', conv2d, '21 54', '21 54');
await see('wasm', 'conv2d', conv2d, '21 54', '0 0');
await see('cpu', 'depthwiseConv2d', depthwise, '4 4 4 4', '4 4 4 4');
await see('wasm', 'depthwiseConv2d', depthwise, '4 4 4 4', '0 0 0 0');
for (const backend of ['cpu', 'wasm']) {
  await see(backend, 'conv3d', conv3d, '21 54', '32 65');
  const sizes = [[2, 1, 1], [3, 1, 1], 'same'];
  await see(backend, 'maxPool3d', () => tf.maxPool3d(volume(), ...sizes), '2 5', '3 6');
  await see(backend, 'avgPool3d', () => tf.avgPool3d(volume(), ...sizes), '1.5 4.5', '2.5 5.5');
}

const clip = () => tf.clipByValue(tf.tensor1d([0, 7, 3], 'int32'), 2, 5);
await see('cpu', 'clipByValue', clip, '2 5 3', '2 5 3');
await see('wasm', 'clipByValue', clip, '2 5 3', '1073740000 1073740000 1073740000');
const rows = () => tf.oneHot(tf.tensor1d([1, 0], 'int32'), 2, 1, 0, 'float32');
await see('cpu', 'oneHot', rows, '0 1 1 0', '0 1 1 0');
await see('wasm', 'oneHot', rows, '0 1 1 0', '0 1.4013e-45 1.4013e-45 0');
const cast = () => tf.cast(tf.tensor1d([0, 256, 2]), 'bool');
await see('cpu', 'cast to bool', cast, '0 1 1', '0 1 1');
await see('wasm', 'cast to bool', cast, '0 1 1', '0 0 2');
const dilate = () => tf.dilation2d(tf.mul(plane(), -1), tf.zeros([2, 1, 1]), 1, 'same');
await see('cpu', 'dilation2d', dilate, '-1 … -6', '-1 -2 -3 -4 -5 -6');
await see('wasm', 'dilation2d', dilate, '-1 … -6', /^(1\.17549e-38 ?){6}$/);
const labels = (...list) => tf.tensor1d(list, 'int32');
const confusion = () => tf.math.confusionMatrix(labels(0, 1, 1), labels(0, 1, 0), 2);
await see('cpu', 'confusionMatrix', confusion, '1 0 1 1', '1 0 1 1');
await see('wasm', 'confusionMatrix', confusion, '1 0 1 1', /^throws: BatchMatMul for non non-float32/);
const threshold = () => tf.image.threshold(tf.tensor3d([1, 2, 200, 220], [2, 2, 1]), 'otsu');
await see('cpu', 'threshold', threshold, '0 0 255 255', '0 0 255 255');
await see('wasm', 'threshold', threshold, '0 0 255 255', /^throws: Operands could not be broadcast/);
const divide = () => tf.floorDiv(tf.tensor1d([3e9, NaN]), tf.tensor1d([1, 1]));
await see('wasm', 'floorDiv', divide, '3000000000 NaN', '3000000000 NaN');
await see('cpu', 'floorDiv', divide, '3000000000 NaN', '-1294970000 0');
process.exit(same.every(Boolean) ? 0 : 1);
JS
node run.mjs 2> /dev/null
