export { add } from './add';
export { offsets } from './offsets';
export { pad } from './pad';
export { product, productScratch } from './product';
export { repeat } from './repeat';
export { scatterPatches } from './scatter';
export { zero } from './zero';
