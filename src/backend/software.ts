const SOFTWARE = /swiftshader|llvmpipe|softpipe|lavapipe|warp|basic render|software/i;

/** Whether a driver's name is that of one that computes on processors. */
export const isSoftwareName = (name: string): boolean => SOFTWARE.test(name);

/** Why a GPU backend on such a driver is not used. */
export const softwareReason = (what: string, name: string, option: string): string =>
  `only ${what} (${name}), slower than wasm. Pass ${option}: true to use it`;
