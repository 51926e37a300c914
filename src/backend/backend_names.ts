/** The backends that gan-kit supports, as `prefer` spells them. */
export const BACKEND_NAMES = [
  'tensorflow-gpu',
  'tensorflow',
  'webgpu',
  'webgl',
  'wasm',
  'cpu',
] as const;

/** A backend that gan-kit supports. The first two are tfjs-node-gpu and tfjs-node. */
export type BackendName = (typeof BACKEND_NAMES)[number];
