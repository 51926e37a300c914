export { decodeCheckpoint, encodeCheckpoint } from './checkpoint.js';
export type { Checkpoint, CheckpointExtra } from './checkpoint.js';
export { imageGrid } from './image_grid.js';
export type { ImageGridOptions, RasterImage } from './image_grid.js';
export type { JSONValue } from './json_text.js';
export { decodeSafetensors, encodeSafetensors } from './safetensors.js';
export type { Safetensors } from './safetensors.js';
