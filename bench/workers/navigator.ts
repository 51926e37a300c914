/** Defines a navigator, in which jax-js looks for WebGPU; Node 20 has none. */
if (!('navigator' in globalThis))
  Object.defineProperty(globalThis, 'navigator', { value: {}, configurable: true });
