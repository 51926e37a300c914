import { writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';

/*
 * Compiles assembly/ and writes the binaries as text into src/: npm run assembly. Code that multiplies and
 * adds is compiled twice: with and without instructions that round only once for both operations.
 */

/** The part of AssemblyScript's compiler that is used here; its own types would replace those of the console. */
interface Compiler {
  main(
    argv: readonly string[],
    api: { writeFile(name: string, contents: Uint8Array): void },
  ): Promise<{ error: Error | null; stderr: { toString(): string } }>;
}
const COMPILER: string = 'assemblyscript/asc';

const file = (path: string) => fileURLToPath(new URL(`../../${path}`, import.meta.url));

/** The flags of the compiler: no runtime, no memory of its own, no features except SIMD. */
const FLAGS = [
  ...['--optimizeLevel', '3', '--converge', '--noAssert', '--runtime', 'stub', '--use', 'abort='],
  ...['--importMemory', '--noExportMemory', '--enable', 'simd'],
];
/** The flags for a heap that threads share; its largest number of pages must be declared. */
const SHARED = ['--sharedMemory', '--maximumMemory', '65536', '--enable', 'threads'];

async function compile(source: string, ...flags: readonly string[]): Promise<string> {
  const { default: compiler } = (await import(COMPILER)) as { default: Compiler };
  const outFile = 'out.wasm';
  let binary = new Uint8Array();
  const argv = [file(`assembly/${source}`), '--outFile', outFile, ...FLAGS, ...flags];
  const { error, stderr } = await compiler.main(argv, {
    writeFile: (name, contents) => {
      if (name === outFile) binary = Uint8Array.from(contents);
    },
  });
  if (error !== null) throw new Error(`${error.message}\n${String(stderr)}`);
  return Buffer.from(binary).toString('base64');
}

/** Makes the text of src/kernels/wasm/runtime/simd_binary.ts. */
export async function simdBinary(): Promise<string> {
  const kernels = await compile('index.ts', ...SHARED);
  const plain = await compile('tile.ts', ...SHARED);
  const fused = await compile('tile.ts', ...SHARED, '--enable', 'relaxed-simd');
  return `// Made from assembly/ by npm run assembly; test/kernels/simd_binary.test.ts compares the two.

/** The module of assembly/index.ts, in base64: all kernels except the tile of a product. */
export const KERNELS = // prettier-ignore
  '${kernels}';

/** The module of assembly/tile.ts, in base64, with separate multiplications and additions. */
export const TILE = // prettier-ignore
  '${plain}';

/** The same with relaxed SIMD, which rounds a multiplication and an addition only once. */
export const FUSED_TILE = // prettier-ignore
  '${fused}';
`;
}

/** Makes the text of src/linalg/float64_binary.ts. */
export async function float64Binary(): Promise<string> {
  const plain = await compile('float64.ts');
  const fused = await compile('float64.ts', '--enable', 'relaxed-simd');
  return `// Made from assembly/float64.ts by npm run assembly; test/linalg/float64_binary.test.ts compares the two.

/** The module of assembly/float64.ts, in base64, with separate multiplications and additions. */
export const PLAIN = // prettier-ignore
  '${plain}';

/** The same with relaxed SIMD, which rounds a multiplication and an addition only once. */
export const FUSED = // prettier-ignore
  '${fused}';
`;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  await writeFile(file('src/kernels/wasm/runtime/simd_binary.ts'), await simdBinary());
  await writeFile(file('src/linalg/float64_binary.ts'), await float64Binary());
}
