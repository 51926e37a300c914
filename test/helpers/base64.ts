/** Decodes bytes that a fixture has in base 64. */
export const bytesOf = (base64: string): Uint8Array<ArrayBuffer> =>
  Uint8Array.from(atob(base64), (letter) => letter.charCodeAt(0));

/** Decodes float32 numbers that a fixture has in base 64. */
export const floatsOf = (base64: string): Float32Array<ArrayBuffer> =>
  new Float32Array(bytesOf(base64).buffer);
