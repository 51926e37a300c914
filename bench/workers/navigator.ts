/** Node 20 has no navigator; jax-js looks for WebGPU in it. */
if (!('navigator' in globalThis))
  Object.defineProperty(globalThis, 'navigator', { value: {}, configurable: true });
