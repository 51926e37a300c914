export { decodeCheckpoint, encodeCheckpoint } from './checkpoint.js';
export type { Checkpoint, CheckpointExtra } from './checkpoint.js';
export { imageGrid } from './image_grid.js';
export type { ImageGridOptions } from './image_grid.js';
export type { JSONValue } from './json_text.js';
export { encodePNG } from './png.js';
export type { RasterImage } from './png.js';
export { decodeSafetensors, encodeSafetensors } from './safetensors.js';
export type { Safetensors } from './safetensors.js';
