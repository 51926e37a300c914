import type { ShaderNumber } from '../runtime/run_shader.js';

/** Numbers of a shader, and their uniform struct. */
export interface ShaderNumbers {
  /** The declaration of `Numbers`. */
  readonly struct: string;
  readonly numbers: ShaderNumber[];
}

/** Makes the uniform struct `Numbers` of integers, then floats, and the numbers themselves in the same order. */
export function shaderNumbers(
  integers: Readonly<Record<string, number>>,
  floats: Readonly<Record<string, number>> = {},
): ShaderNumbers {
  const fields = [
    ...Object.keys(integers).map((name) => `  ${name} : i32,`),
    ...Object.keys(floats).map((name) => `  ${name} : f32,`),
  ];
  return {
    struct: `struct Numbers {\n${fields.join('\n')}\n}`,
    numbers: [
      ...Object.values(integers).map((value) => ({ type: 'int32' as const, value })),
      ...Object.values(floats).map((value) => ({ type: 'float32' as const, value })),
    ],
  };
}
