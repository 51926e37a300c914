export { add } from './add';
export { isAboveNegativeInfinity } from './is_above_negative_infinity';
export { JOB_BYTES, createJob } from './job';
export { offsets } from './offsets';
export { pad } from './pad';
export {
  adamStep,
  copy,
  elementwise,
  mirror,
  moments,
  normalize,
  normalizeGrad,
  sums,
  sumsBytes,
  vectorsBytes,
} from './passes';
export { product, serve, winograd, winogradFilter, winogradGradient, winogradPlanes } from './jobs';
export { threadScratch } from './product';
export { repeat } from './repeat';
export { scatterPatches } from './scatter';
export { winogradScratch } from './winograd';
export { planesScratch } from './winograd_planes';
export { zero } from './zero';
