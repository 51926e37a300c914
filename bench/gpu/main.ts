/** `npm run bench:gpu`: times gan-kit on WebGPU, in Node, and PyTorch on the same GPU. */
import { readCommandLine } from '../../examples/command_line.js';
import type { Level } from '../bench.js';
import { gpuContenders, OURS_ON_GPU } from '../contenders.js';
import { convolutions } from '../levels/convolutions.js';
import { steps } from '../levels/steps.js';
import { Contender } from '../protocol/contender.js';
import { run, stopAll, thisMachine } from '../run.js';
import { missing } from './missing.js';

const LEVELS = { convolutions, steps };
const NAMES = Object.keys(LEVELS) as (keyof typeof LEVELS)[];
const HELP = `Times gan-kit on WebGPU (Dawn) beside PyTorch, eager, on the same GPU.

  npm run bench:gpu -- [options]

  --levels A,B     of ${NAMES.join(', ')} (default all)
  --rounds N       how often each is measured (default 7)
  --out FOLDER     where results.md and results.json go, after each case (default runs/bench-gpu)

It needs a GPU with CUDA and a Vulkan or Direct3D 12 driver; the package webgpu, which is not installed
by default (npm install --no-save --save-dev webgpu); and python3, or the program that PYTHON names, with
torch built for CUDA. Both compute in float32: TF32 is off.
`;
const text = { type: 'string' } as const;
const { values, word, whole } = readCommandLine(process.argv.slice(2), HELP, {
  levels: { ...text, default: NAMES.join(',') },
  rounds: { ...text, default: '7' },
  out: { ...text, default: 'runs/bench-gpu' },
});
const levels = values.levels
  .split(',')
  .map((level): Level => LEVELS[word('levels', level, NAMES)]());
const rounds = whole('rounds', values.rounds, 1);

const contenders = gpuContenders().map((command) => new Contender(command));
const answers = [];
for (const contender of contenders)
  answers.push({ name: contender.name, about: await contender.about() });
const message = missing(answers[0]!, answers[1]!);
if (message !== undefined) {
  stopAll(contenders);
  console.error(message);
  process.exit(1);
}
const devices = answers.map(
  ({ name, about }) => `${name} on ${'device' in about ? about.device : ''}`,
);
await run({
  levels,
  contenders,
  ours: OURS_ON_GPU,
  rounds,
  folder: values.out,
  machine: [thisMachine(), ...devices, `${rounds} rounds`].join('; '),
});
