#!/usr/bin/env bash
# TensorFlow.js 4.22.0 on WebGPU: wrong results of valid calls, the same with npm webgpu 0.6.2 in Node and with
# the WebGPU of Deno 2.9.6, on SwiftShader.
#
# - cumsum and cumprod in reverse, as the gradient of cumsum is, take the length of the rows of the first call:
#   it is written into their shader, and not into the key under which shaders are kept. After a tensor with
#   rows of 3, the sums of [[1, 2], [3, 4], [5, 6]] from the end are 3 5 7 9 11 12, right is 3 2 7 4 11 6.
# - image.transform with one transform for several images: images after the first are one of their pixels
#   throughout, and zeros on cpu; right, and documented, is the transform of each.
# - image.threshold by 'otsu': its histogram is a shader that does not compile, and every pixel is white.
# - argMax of a vector has shape [1] in place of [].
# - linspace(2, 5, 1) is NaN; right is 2.
#
# Needs a Vulkan driver (VK_ICD_FILENAMES may name that of a Chromium), and ends with 2 without one.
# Ends with 0 while all of it is so, else with 1.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
npm init --yes > /dev/null
npm install --silent --no-audit --no-fund webgpu@0.6.2 \
  @tensorflow/tfjs-core@4.22.0 @tensorflow/tfjs-backend-cpu@4.22.0 @tensorflow/tfjs-backend-webgpu@4.22.0
cat > run.mjs <<'JS'
import * as tf from '@tensorflow/tfjs-core';
import '@tensorflow/tfjs-backend-cpu';

if (globalThis.navigator?.gpu === undefined) {
  const { create, globals } = await import('webgpu');
  Object.assign(globalThis, globals);
  if (globalThis.navigator === undefined) globalThis.navigator = {};
  Object.defineProperty(globalThis.navigator, 'gpu', { value: create([]) });
}
if ((await globalThis.navigator.gpu.requestAdapter()) === null) {
  console.log('no adapter: there is no Vulkan driver');
  process.exit(2);
}
await import('@tensorflow/tfjs-backend-webgpu');

const same = [];
/** Compares what a call gives on a backend with what was seen; `right` is by hand. */
async function see(backend, what, call, right, seen) {
  await tf.setBackend(backend);
  const y = call();
  const got = `[${y.shape}] ${[...(await y.data())].join(' ')}`;
  console.log(`${got === seen ? 'so' : 'no longer so'}: ${backend}: ${what} is ${got}, right is ${right}`);
  same.push(got === seen);
}
await tf.setBackend('webgpu');
for (const scan of [tf.cumsum, tf.cumprod]) scan(tf.ones([2, 3]), 1, false, true);
const matrix = () => tf.tensor2d([1, 2, 3, 4, 5, 6], [3, 2]);
const sum = () => tf.cumsum(matrix(), 1, false, true);
const product = () => tf.cumprod(matrix(), 1, false, true);
await see('cpu', 'cumsum', sum, '3 2 7 4 11 6', '[3,2] 3 2 7 4 11 6');
await see('webgpu', 'cumsum', sum, '3 2 7 4 11 6', '[3,2] 3 5 7 9 11 12');
await see('cpu', 'cumprod', product, '2 2 12 4 30 6', '[3,2] 2 2 12 4 30 6');
await see('webgpu', 'cumprod', product, '2 2 12 4 30 6', '[3,2] 2 6 12 20 30 36');

const image = () => tf.tensor4d([1, 2, 3, 4, 5, 6, 7, 8], [2, 2, 2, 1]);
const still = () => tf.image.transform(image(), tf.tensor2d([[1, 0, 0, 0, 1, 0, 0, 0]]));
await see('cpu', 'transform', still, '1 … 8', '[2,2,2,1] 1 2 3 4 0 0 0 0');
await see('webgpu', 'transform', still, '1 … 8', '[2,2,2,1] 1 2 3 4 5 5 5 5');
const threshold = () => tf.image.threshold(tf.tensor3d([1, 2, 200, 220], [2, 2, 1]), 'otsu');
await see('cpu', 'threshold', threshold, '0 0 255 255', '[2,2,1] 0 0 255 255');
await see('webgpu', 'threshold', threshold, '0 0 255 255', '[2,2,1] 255 255 255 255');
const greatest = () => tf.argMax(tf.tensor1d([1, 4, 3]));
await see('cpu', 'argMax', greatest, '[] 1', '[] 1');
await see('webgpu', 'argMax', greatest, '[] 1', '[1] 1');
await see('cpu', 'linspace', () => tf.linspace(2, 5, 1), '2', '[1] 2');
await see('webgpu', 'linspace', () => tf.linspace(2, 5, 1), '2', '[1] NaN');
process.exit(same.every(Boolean) ? 0 : 1);
JS
node run.mjs 2> /dev/null | grep 'so: \|longer\|adapter'
