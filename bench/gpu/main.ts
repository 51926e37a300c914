/** `npm run bench:gpu`: times gan-kit on WebGPU, in Node, and PyTorch on the same GPU. */
import { readCommandLine } from '../../examples/command_line.js';
import { findGPU } from '../../test/setup/gpu.js';
import type { Level } from '../bench.js';
import { smallStepCases, stepCases } from '../cases/cases.js';
import type { Step } from '../cases/cases.js';
import { translationCases } from '../cases/translation_cases.js';
import { gpuContenders, OURS_ON_GPU, TORCH_ON_GPU } from '../contenders.js';
import { convolutions } from '../levels/convolutions.js';
import { steps } from '../levels/steps.js';
import { translation } from '../levels/translation.js';
import { Contender } from '../protocol/contender.js';
import { run, stopAll, thisMachine } from '../run.js';
import { missing } from './missing.js';

/** A penalty is timed within its step: without it is another step, which would take another minute. */
const whole = ({ name, step, products }: Step): Step => ({ name, step, products });
const GAN_STEPS = stepCases()
  .filter(({ step }) => step.residual === undefined)
  .map(whole);
const TRANSLATIONS = translationCases().filter(({ name }) =>
  ['pix2pix step, 256×256', 'CycleGAN step, 128×128'].includes(name),
);
const LEVELS = {
  convolutions: () => convolutions([OURS_ON_GPU, TORCH_ON_GPU]),
  steps: () => steps(values.rehearse ? smallStepCases() : GAN_STEPS),
  translation: () => translation(TRANSLATIONS),
};
const NAMES = Object.keys(LEVELS) as (keyof typeof LEVELS)[];
const HELP = `Times gan-kit on WebGPU (Dawn), with recorded steps and without, beside PyTorch, eager and
by torch.compile, on the same GPU; in four minutes.

  npm run bench:gpu -- [options]

  --levels A,B     of ${NAMES.join(', ')} (default all)
  --rounds N       how often each is measured (default 5)
  --out FOLDER     where results.md and results.json go, after each case (default runs/bench-gpu)
  --rehearse       a small step on a software adapter and the processor: shows that it works, and no times

It needs a GPU with CUDA and a Vulkan or Direct3D 12 driver; the package webgpu, which is not installed
by default (npm install --no-save --save-dev webgpu); and python3, or the program that PYTHON names, with
torch built for CUDA. Both compute in float32: TF32 is off. A step that torch.compile has not made in 30
seconds is given up. Peak memory is that of the GPU: bytes of buffers in use.
`;
const text = { type: 'string' } as const;
const {
  values,
  word,
  whole: wholeNumber,
} = readCommandLine(process.argv.slice(2), HELP, {
  levels: text,
  rounds: { ...text, default: '5' },
  out: { ...text, default: 'runs/bench-gpu' },
  rehearse: { type: 'boolean', default: false },
});
const chosen = values.levels ?? (values.rehearse ? 'steps' : NAMES.join(','));
const levels = chosen.split(',').map((level): Level => LEVELS[word('levels', level, NAMES)]());
const rounds = wholeNumber('rounds', values.rounds, 1);

const env = values.rehearse ? (findGPU().dawn ?? {}) : {};
const contenders = gpuContenders(values.rehearse).map(
  (command) => new Contender({ ...command, env }),
);
// at once, as starting them takes seconds
const answers = await Promise.all(
  contenders.map(async (contender) => ({ name: contender.name, about: await contender.about() })),
);
const named = (name: string) => answers.find((answer) => answer.name === name)!;
const message = values.rehearse ? undefined : missing(named(OURS_ON_GPU), named(TORCH_ON_GPU));
if (message !== undefined) {
  stopAll(contenders);
  console.error(message);
  process.exit(1);
}
const devices = [OURS_ON_GPU, TORCH_ON_GPU].map((name) => {
  const { about } = named(name);
  return `${name} on ${'device' in about ? about.device : about.problem}`;
});
await run({
  levels,
  contenders,
  ours: OURS_ON_GPU,
  rounds,
  keep: true,
  folder: values.out,
  machine: [thisMachine(), ...devices, `${rounds} rounds`].join('; '),
});
