import type { About, Problem } from '../protocol/protocol.js';

/** A contender and the device on which it computes. */
export interface Answer {
  readonly name: string;
  readonly about: About | Problem;
}

/** The remedy for each problem. */
const HELP: readonly (readonly [RegExp, string])[] = [
  [/not installed/, 'npm install --no-save --save-dev webgpu'],
  [
    /no GPU adapter/,
    'a GPU whose driver has Vulkan (Linux), Metal (macOS) or Direct3D 12 (Windows)',
  ],
  [/software adapter/, 'a GPU: a processor that plays one tells nothing about it'],
  [
    /ENOENT|No module named|no CUDA/,
    'set PYTHON to a Python with torch built for CUDA, and a driver',
  ],
];

/**
 * Describes what the benchmark of GPUs needs and does not find here.
 *
 * @returns One message; undefined if nothing is missing.
 */
export function missing(webgpu: Answer, cuda: Answer): string | undefined {
  const lines = [webgpu, cuda].flatMap(({ name, about }) => {
    if (!('problem' in about)) return [];
    const help = HELP.find(([pattern]) => pattern.test(about.problem))?.[1];
    return [`- ${name}: ${about.problem}${help === undefined ? '' : `. Needed: ${help}.`}`];
  });
  if (lines.length === 0 && !sameMaker(webgpu.about as About, cuda.about as About))
    lines.push(
      `- one GPU for both: WebGPU has ${(webgpu.about as About).device}, ` +
        `CUDA has ${(cuda.about as About).device}`,
    );
  if (lines.length === 0) return undefined;
  return [
    'bench:gpu compares WebGPU in Node with PyTorch on CUDA, on the same GPU. Missing here:',
    ...lines,
  ].join('\n');
}

/**
 * Returns whether both devices are of the same maker; their names of one GPU differ. A device of CUDA is of
 * NVIDIA, except with torch built for ROCm.
 */
function sameMaker(webgpu: About, cuda: About): boolean {
  const maker = /AMD|Radeon/i.test(cuda.device) ? /AMD|Radeon/i : /NVIDIA/i;
  return maker.test(webgpu.device);
}
