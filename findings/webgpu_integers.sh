#!/usr/bin/env bash
# TensorFlow.js 4.22.0 on WebGPU (npm webgpu 0.6.2, SwiftShader): integers that are to change their order of axes.
#
# The shader that transposes assigns what it reads, an i32, to an output of f32, and does not compile. tfjs
# tells nobody: the result is a buffer that nothing was written to, whatever that held.
#
# - transpose of an int32 or a bool tensor, but for the matrix transposes that have a shader of their own.
# - sum, prod, max, argMax, any, all and mean of them along an axis that is not the last: it is moved there first.
# - cast to float32 before does not help: it changes the name of the type, and leaves the integers where they are.
# - int32 to the power of int32 is computed in floats and truncated: (−5)³ is −124.
# - unsortedSegmentSum of int32 gives the bit patterns of floats as integers.
#
# Right on cpu, which each is compared with.
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
import { create, globals } from 'webgpu';

Object.assign(globalThis, globals);
if (globalThis.navigator === undefined) globalThis.navigator = {};
Object.defineProperty(globalThis.navigator, 'gpu', { value: create([]) });
if ((await globalThis.navigator.gpu.requestAdapter()) === null) {
  console.log('no adapter: there is no Vulkan driver');
  process.exit(2);
}
await import('@tensorflow/tfjs-backend-webgpu');
tf.env().set('WEBGPU_CPU_FORWARD', false); // small tensors on the GPU, as large ones are

const integers = () => tf.tensor(Array.from({ length: 48 }, (_, i) => ((i * 7) % 11) - 5), [2, 3, 4, 2], 'int32');
async function valuesOn(backend, call) {
  await tf.setBackend(backend);
  return [...(await call(integers()).data())];
}
const same = [];
/** Compares what a call gives on webgpu and cpu with whether it was seen to be right. */
async function see(what, call, isRight) {
  const [cpu, webgpu] = [await valuesOn('cpu', call), await valuesOn('webgpu', call)];
  const isSame = cpu.every((value, i) => Math.abs(value - webgpu[i]) < 1e-5);
  console.log(`${isSame === isRight ? 'so' : 'no longer so'}: ${what} is ${isSame ? 'right' : `${webgpu.slice(0, 4)} …, right is ${cpu.slice(0, 4)} …`}`);
  same.push(isSame === isRight);
}
const float = (x) => tf.cast(x, 'float32');
await see('transpose of floats', (x) => tf.transpose(tf.mul(float(x), 1), [0, 2, 1, 3]), true);
await see('transpose of int32', (x) => tf.transpose(x, [0, 2, 1, 3]), false);
await see('transpose of bool', (x) => tf.transpose(tf.greater(x, 0), [0, 2, 1, 3]), false);
await see('transpose of a matrix of int32', (x) => tf.transpose(tf.reshape(x, [6, 8])), true);
await see('sum of int32 along the last axis', (x) => tf.sum(x, 3), true);
await see('sum of int32 along axis 1', (x) => tf.sum(x, 1), false);
await see('prod of int32 along axis 1', (x) => tf.prod(x, 1), false);
await see('mean of int32 along axis 1', (x) => tf.mean(x, 1), false);
await see('argMax of int32 along axis 1', (x) => tf.argMax(x, 1), false);
await see('any of bool along axis 1', (x) => tf.any(tf.greater(x, 2), 1), false);
await see('transpose of int32 cast to float32', (x) => tf.transpose(float(x), [0, 2, 1, 3]), false);
await see('sum of int32 cast to float32, along axis 1', (x) => tf.sum(float(x), 1), false);
await see('sum of int32 cast to float32, times 1, along axis 1', (x) => tf.sum(tf.mul(float(x), 1), 1), true);
await see('int32 to the power of 3', (x) => tf.pow(x, tf.scalar(3, 'int32')), false);
const rows = () => tf.tensor1d([0, 1, 0, 1, 0, 1], 'int32');
await see('unsortedSegmentSum', (x) => tf.unsortedSegmentSum(tf.reshape(x, [6, 8]), rows(), 2), false);
process.exit(same.every(Boolean) ? 0 : 1);
JS
node run.mjs 2> /dev/null | grep 'so: \|longer\|adapter'
