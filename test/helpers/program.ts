import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';

interface Run {
  code: number | null;
  stdout: string;
  stderr: string;
}

const path = (relative: string) => fileURLToPath(new URL(relative, import.meta.url));
const importOf = (name: string, file: string) =>
  `import { ${name} } from ${JSON.stringify(path(`../../src/${file}`))};\n`;
const IMPORTS =
  importOf('loadBackend', 'backend/load_backend.ts') +
  importOf('installKernels', 'kernels/install.ts');

/** Options that make `loadBackend` behave as on a machine without tfjs-node. */
const BARE =
  "const bare = { modules: { tensorflow: () => Promise.reject(new Error('left out')) } };\n";

/** Runs a program in a new Node process, in which `loadBackend`, `installKernels` and the options `bare` exist. */
export function runScript(body: string, ...flags: readonly string[]): Promise<Run> {
  return new Promise((resolve) => {
    const child = execFile(
      process.execPath,
      [...flags, '--import', 'tsx', '--input-type=module', '--eval', IMPORTS + BARE + body],
      { cwd: path('../..'), timeout: 50_000 },
      (_, stdout, stderr) => resolve({ code: child.exitCode, stdout, stderr }),
    );
  });
}

/** The output of Dawn's native code if `webgpu` is installed and there is no Vulkan driver. */
export const OF_DAWN = /^Warning: vk.*\n( {4}at .*\n)*\s*/gm;

/** The source of `compute`, which runs an op and prints nothing. */
const OP = `
  import * as tf from '@tensorflow/tfjs-core';
  const compute = async () => {
    const y = tf.square(tf.tensor([1, 2]));
    if ((await y.data())[1] !== 4) throw new Error('wrong');
    tf.dispose(y);
  };
`;

/** Runs a program that starts the backend by `loadBackend` and computes; returns its output. */
export const printedAfterLoad = (name: string): Promise<Run> =>
  runScript(`
    ${OP}
    await loadBackend({ prefer: ['${name}'], softwareWebGPU: true });
    await compute();
  `);

/** Runs a program that starts a backend itself, before or after `installKernels`, and computes; returns its output. */
export const printedAfterInstall = (name: string, module: string, first: boolean): Promise<Run> =>
  runScript(`
    ${OP}
    import '${module}';
    ${first ? 'installKernels();' : ''}
    await tf.setBackend('${name}');
    installKernels();
    await compute();
  `);
