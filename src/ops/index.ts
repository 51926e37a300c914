export { logSigmoid } from './log_sigmoid.js';
export { logSoftmax } from './log_softmax.js';
export { softmaxCrossEntropy } from './softmax_cross_entropy.js';
export { stopGradient } from './stop_gradient.js';
