import { readdirSync } from 'node:fs';
import { ESLint } from 'eslint';
import { describe, expect, it } from 'vitest';
import tseslint from 'typescript-eslint';

// The rules under test read the text alone, so the files need not exist.
const eslint = new ESLint({ overrideConfig: [{ ...tseslint.configs.disableTypeChecked }] });

async function complaints(filePath: string, code: string): Promise<string[]> {
  const [result] = await eslint.lintText(code, { filePath });
  return result!.messages
    .filter(({ ruleId }) => ruleId !== '@typescript-eslint/no-unused-vars')
    .map(({ ruleId, message }) => `${ruleId}: ${message}`);
}

const importOf = (specifier: string): string => `import { x } from '${specifier}';\nx();\n`;

describe('an import that is refused', () => {
  it.each([
    // upwards and sideways
    ['src/internal/a.ts', '../ops/b.js', 'lower rank'],
    ['src/linalg/a.ts', '../ops/b.js', 'lower rank'],
    ['src/ops/a.ts', '../kernels/b.js', 'lower rank'],
    ['src/kernels/a.ts', '../gradients/b.js', 'lower rank'],
    ['src/kernels/wasm/a.ts', '../../backend/b.js', 'lower rank'],
    ['src/losses/a.ts', '../training/x.js', 'lower rank'],
    ['src/losses/a.ts', '../layers/x.js', 'lower rank'],
    ['src/layers/a.ts', '../models/x.js', 'lower rank'],
    ['src/models/a.ts', '../io/x.js', 'lower rank'],
    ['src/io/a.ts', '../training/x.js', 'lower rank'],
    ['src/metrics/a.ts', '../training/x.js', 'lower rank'],
    ['src/training/a.ts', '../node/x.js', 'lower rank'],
    ['src/types.ts', './losses/x.js', 'lower rank'],
    // barrels
    ['src/training/a.ts', '../losses/index.js', 'barrel'],
    ['src/losses/a.ts', './index.js', 'barrel'],
    ['src/node/a.ts', '../index.js', 'barrel'],
    ['src/node/a.ts', 'gan-kit/losses', 'import the file'],
    // the host
    ['src/training/a.ts', '@tensorflow/tfjs', 'the union'],
    ['src/index.ts', '@tensorflow/tfjs', 'the union'],
    ['src/layers/a.ts', '@tensorflow/tfjs-layers/dist/engine/topology', 'deep imports'],
    ['src/kernels/a.ts', '@tensorflow/tfjs-core/dist/ops/conv_util.js', 'deep imports'],
    ['src/linalg/a.ts', '@tensorflow/tfjs-core', 'plain arrays'],
    ['src/ops/a.ts', '@tensorflow/tfjs-layers', 'tfjs-core only'],
    ['src/losses/a.ts', '@tensorflow/tfjs-backend-cpu', 'tfjs-core only'],
    // Node
    ['src/io/a.ts', 'node:fs', 'Node builtins'],
    ['src/backend/a.ts', 'fs/promises', 'Node builtins'],
    ['src/errors.ts', 'node:util', 'Node builtins'],
  ])('%s from %s', async (file, specifier, reason) => {
    expect(await complaints(file, importOf(specifier))).toEqual([
      expect.stringMatching(new RegExp(`no-restricted-imports: .*${reason}`)),
    ]);
    const reExport = `export { x } from '${specifier}';\n`;
    expect(await complaints(file, reExport)).toEqual([expect.stringContaining(reason)]);
    const typeOnly = `import type { X } from '${specifier}';\nexport type Y = X;\n`;
    expect(await complaints(file, typeOnly)).toEqual([expect.stringContaining(reason)]);
  });
});

describe('an import that is allowed', () => {
  it.each([
    ['src/internal/a.ts', '../errors.js'],
    ['src/ops/a.ts', '../internal/check.js'],
    ['src/ops/a.ts', '@tensorflow/tfjs-core'],
    ['src/losses/a.ts', './b.js'],
    ['src/losses/a.ts', '../gradients/b.js'],
    ['src/models/a.ts', '../layers/b.js'],
    ['src/models/a.ts', '@tensorflow/tfjs-layers'],
    ['src/training/a.ts', '../models/b.js'],
    ['src/node/a.ts', '../training/b.js'],
    ['src/node/a.ts', 'node:fs'],
    ['src/index.ts', './losses/index.js'],
  ])('%s from %s', async (file, specifier) => {
    expect(await complaints(file, importOf(specifier))).toEqual([]);
  });
});

describe('other habits of src/', () => {
  it.each([
    ['const x = await import("../training/gan.js"); x.run();', 'import ranks'],
    ['const x = await import("node:fs"); x.run();', 'import ranks'],
    ['export * from "./hinge.js";', 'exports are named'],
    ['export default 1;', 'exports are named'],
    ['export const x = Math.random();', 'internal/random'],
    ['export const x = (a: unknown): boolean => a instanceof Uint8Array;', 'another realm'],
    ['export const x = (a: unknown): boolean => a instanceof SharedArrayBuffer;', 'another realm'],
    ['export const x = (a: unknown): boolean => a instanceof TypeError;', 'another realm'],
    ['export const x = (t: { dataSync(): number }): number => t.dataSync();', 'WebGPU'],
  ])('%s', async (code, reason) => {
    expect(await complaints('src/losses/a.ts', code)).toEqual([expect.stringContaining(reason)]);
  });

  it('every folder of src/ has a rank', async () => {
    const folders = readdirSync('src', { withFileTypes: true }).filter((x) => x.isDirectory());
    for (const { name } of folders)
      expect(
        await complaints(`src/${name}/a.ts`, importOf('@tensorflow/tfjs')),
        name,
      ).not.toHaveLength(0);
  });
});
