/**
 * The package `webgpu` as the project dawn of vitest.config.ts has it: the memory of a workgroup begins as it is, not as zeros.
 * The software adapter compiles a store for each number that is set to zero, which takes ten times as long as
 * all else in a shader. A shader that reads what it has not written is wrong in either case; in Chromium it gets zeros.
 */
interface Dawn {
  create(flags: string[]): object;
  readonly globals: object;
}

const stock = (await import(
  new URL('../../node_modules/webgpu/index.js', import.meta.url).href
)) as Dawn;

export const create = (flags: string[]): object =>
  stock.create([...flags, 'enable-dawn-features=disable_workgroup_init']);

export const { globals } = stock;
