#!/usr/bin/env bash
# @tensorflow/tfjs-node 4.22.0: what its JavaScript lacks, so that it shows without libtensorflow.
#
# - Padding in pixels is refused: conv2d, depthwiseConv2d, maxPool and avgPool with pad 1 throw, as every
#   network does that pads as PyTorch's do. cpu, wasm, webgl and webgpu compute them.
# - 17 kernels that cpu has are missing, among them Transform, SearchSorted, DenseBincount and
#   MaxPoolWithArgmax: their ops throw.
# - It calls two functions of `util` that Node 23 removed: there the first op with a tensor throws a TypeError.
#
# tfjs-node is installed without its install script, and a stub stands for the addon: nothing here gets as far.
# Ends with 0 while all of it is so, else with 1.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
npm init --yes > /dev/null
npm install --silent --no-audit --no-fund --ignore-scripts @tensorflow/tfjs-node@4.22.0
cat > run.cjs <<'JS'
const util = require('util');
const tf = require('@tensorflow/tfjs-core');
require('@tensorflow/tfjs-backend-cpu');
require('@tensorflow/tfjs-node/dist/register_all_kernels');
const native = require('@tensorflow/tfjs-node/dist/nodejs_kernel_backend');

const same = [];
const see = (what, is) => {
  console.log(`${is ? 'so' : 'no longer so'}: ${what}`);
  same.push(is);
};
const thrown = (call) => {
  try {
    call();
    return 'nothing';
  } catch (error) {
    return error.message;
  }
};

const stub = { isUsingGpuDevice: () => false, TF_FLOAT: 1 };
tf.registerBackend('tensorflow', () => new native.NodeJSKernelBackend(stub, '@tensorflow/tfjs-node'));
const x = [1, 6, 6, 2];
const calls = {
  conv2d: () => tf.conv2d(tf.ones(x), tf.ones([3, 3, 2, 4]), 1, 1),
  depthwiseConv2d: () => tf.depthwiseConv2d(tf.ones(x), tf.ones([3, 3, 2, 1]), 1, 1),
  maxPool: () => tf.maxPool(tf.ones(x), 3, 1, 1),
  avgPool: () => tf.avgPool(tf.ones(x), 3, 1, 1),
};
for (const [name, call] of Object.entries(calls)) {
  tf.setBackend('cpu');
  const cpu = thrown(call);
  tf.setBackend('tensorflow');
  const message = thrown(call);
  see(
    `${name} with pad 1: cpu throws ${cpu}, tfjs-node "${message}"`,
    cpu === 'nothing' && /supports only 'valid' and 'same' padding/.test(message),
  );
}

const kernels = (backend) => tf.getKernelsForBackend(backend).map(({ kernelName }) => kernelName);
const there = new Set(kernels('tensorflow'));
const missing = kernels('cpu').filter((name) => !there.has(name)).sort();
see(`tfjs-node lacks ${missing.length} kernels of cpu: ${missing.join(', ')}`, missing.length === 17);

const removed = util.isNullOrUndefined === undefined;
const typed = thrown(() => native.createTensorsTypeOpAttr('T', 'float32'));
see(
  `Node ${process.versions.node} ${removed ? 'removed' : 'has'} util.isNullOrUndefined: tfjs-node throws ${typed}`,
  removed ? /isNullOrUndefined\) is not a function/.test(typed) : typed === 'nothing',
);
process.exit(same.every(Boolean) ? 0 : 1);
JS
node run.cjs 2> /dev/null
