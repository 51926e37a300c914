const SOFTWARE = /swiftshader|llvmpipe|softpipe|lavapipe|warp|basic render|software/i;

/** Tells whether a driver's name is that of a software driver. */
export const isSoftwareName = (name: string): boolean => SOFTWARE.test(name);

/** Explains why a GPU backend on such a driver is not used. */
export const softwareReason = (what: string, name: string, option: string): string =>
  `only ${what} (${name}), slower than wasm. Pass ${option}: true to use it`;
