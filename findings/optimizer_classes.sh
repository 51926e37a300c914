#!/usr/bin/env bash
# TensorFlow.js 4.22.0: every optimizer is an instance of every optimizer class.
#
# tfjs-core defines Symbol.hasInstance on Optimizer, so that optimizers of a second copy of the package count as such: an
# object with minimize, computeGradients and applyGradients is an Optimizer. The classes of the optimizers
# inherit that function, and so does a class of one's own. A program that asks whether an optimizer is Adam, to read
# its moments or to choose a schedule, is told so of plain gradient descent.
#
# Seen: all 49 pairs of the seven optimizers and the seven classes are "instance of", 41 of them wrongly (Momentum extends SGD); an instance
# of SGD is one of an empty class that extends AdamOptimizer. `constructor` and getClassName() tell them apart.
#
#     bash findings/optimizer_classes.sh
set -euo pipefail

folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
npm init -y > /dev/null
npm install --silent --no-audit --no-fund @tensorflow/tfjs-core@4.22.0 @tensorflow/tfjs-backend-cpu@4.22.0

cat > see.cjs <<'JS'
const tf = require('@tensorflow/tfjs-core');
require('@tensorflow/tfjs-backend-cpu');

tf.setBackend('cpu');
const optimizers = {
  SGDOptimizer: tf.train.sgd(0.1),
  MomentumOptimizer: tf.train.momentum(0.1, 0.9),
  AdadeltaOptimizer: tf.train.adadelta(),
  AdagradOptimizer: tf.train.adagrad(0.1),
  RMSPropOptimizer: tf.train.rmsprop(0.1),
  AdamOptimizer: tf.train.adam(0.1),
  AdamaxOptimizer: tf.train.adamax(0.1),
};
const names = Object.keys(optimizers);
const pairs = names.flatMap((one) => names.map((other) => [one, other]));
const instances = pairs.filter(([one, other]) => optimizers[one] instanceof tf[other]);
const made = pairs.filter(
  ([one, other]) =>
    optimizers[one] === optimizers[other] || tf[other].prototype.isPrototypeOf(optimizers[one]),
);
class MyAdam extends tf.AdamOptimizer {}
const seen = {
  version: tf.version_core,
  pairs: pairs.length,
  instances: instances.length,
  byPrototype: made.length,
  'SGD is my subclass of Adam': optimizers.SGDOptimizer instanceof MyAdam,
  'a tensor is an Adam': tf.scalar(1) instanceof tf.AdamOptimizer,
};
console.log(seen);
const expected = {
  version: '4.22.0',
  pairs: 49,
  instances: 49,
  byPrototype: 8,
  'SGD is my subclass of Adam': true,
  'a tensor is an Adam': false,
};
for (const [key, value] of Object.entries(expected))
  if (seen[key] !== value) {
    console.error(`${key}: now ${seen[key]}, was ${value}`);
    process.exitCode = 1;
  }
JS
node see.cjs
