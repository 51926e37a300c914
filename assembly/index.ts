export { add } from './add';
export { JOB_BYTES, createJob } from './job';
export { offsets } from './offsets';
export { pad } from './pad';
export { product, serve, threadScratch } from './product';
export { repeat } from './repeat';
export { scatterPatches } from './scatter';
export { zero } from './zero';
