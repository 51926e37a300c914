#!/usr/bin/env bash
# TensorFlow.js 4.22.0: what its optimizers do, found when their moments were put into checkpoints.
#
# - train.adadelta is plain gradient descent: both of its averages start at 0 and enter the update before
#   they are renewed, so their quotient is 1 for ever. The paper (arXiv 1212.5701, algorithm 1) divides by
#   the renewed average of squared gradients; Keras and PyTorch do as well.
# - train.rmsprop(…, centered = true) makes a NaN of a weight whose gradient is 0, as ε is subtracted within
#   the root: √(E[g²] − (E[g]² + ε)).
# - train.adam does not go on to the last bit from getWeights and setWeights: setWeights computes β₁ᵗ and β₂ᵗ
#   by a power in float32, where a run multiplies.
# - train.adamax has neither.
#
# Ends with 0 while all of it is so, else with 1.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
npm init --yes > /dev/null
npm install --silent --no-audit --no-fund \
  @tensorflow/tfjs-core@4.22.0 @tensorflow/tfjs-layers@4.22.0 @tensorflow/tfjs-backend-cpu@4.22.0
cat > run.mjs <<'JS'
import '@tensorflow/tfjs-backend-cpu';
import * as tf from '@tensorflow/tfjs-core';
import '@tensorflow/tfjs-layers';

const same = [];
const see = (what, is) => {
  console.log(`${is ? 'so' : 'no longer so'}: ${what}`);
  same.push(is);
};
const start = () => tf.variable(tf.tensor1d([3, -0.7]));
const loss = (x) => () => tf.sum(tf.square(tf.sin(x)));
const descend = async (optimizer, x, steps) => {
  for (let i = 0; i < steps; i++) optimizer.minimize(loss(x), false, [x]);
  return [...(await x.data())];
};

const [ada, plain] = [start(), start()];
const [a, b] = [await descend(tf.train.adadelta(0.1), ada, 20), await descend(tf.train.sgd(0.1), plain, 20)];
console.log('adadelta', a, 'sgd', b);
see('adadelta is gradient descent', a.every((value, i) => Math.abs(value - b[i]) < 1e-6));

const still = tf.variable(tf.scalar(1));
tf.train.rmsprop(0.1, 0.9, 0, 1e-6, true).minimize(() => tf.mul(tf.square(still), 0), false, [still]);
const [value] = await still.data();
see(`centered rmsprop at a gradient of 0 makes ${value}`, Number.isNaN(value));

let differs = false;
for (let steps = 1; steps <= 30; steps++) {
  const make = () => tf.train.adam(0.01, 0.9, 0.999, 1e-8);
  const [x, whole] = [start(), make()];
  await descend(whole, x, steps);
  const [y, resumed] = [tf.variable(x.clone()), make()];
  const weights = await whole.getWeights();
  await resumed.setWeights(weights.map(({ name, tensor }) => ({ name, tensor: tensor.clone() })));
  const [ends, other] = [await descend(whole, x, 5), await descend(resumed, y, 5)];
  differs ||= ends.some((end, i) => end !== other[i]);
}
see('adam does not go on to the last bit', differs);

const refused = await tf.train.adamax(0.01).getWeights().catch((error) => error.message);
see(`adamax: ${refused}`, /not implemented/.test(refused));
process.exit(same.every(Boolean) ? 0 : 1);
JS
node run.mjs 2> /dev/null
