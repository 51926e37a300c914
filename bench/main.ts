/** `npm run bench`: times gan-kit and other libraries in one run. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { readCommandLine } from '../examples/command_line.js';
import { findGPU } from '../test/setup/gpu.js';
import type { Level } from './bench.js';
import { smallStepCases, stepCases } from './cases/cases.js';
import { translationCases } from './cases/translation_cases.js';
import { webgpuCases } from './cases/webgpu_cases.js';
import { choose } from './choose.js';
import { contenders, otherCheckout, OURS, STOCK_WASM, webgpuContenders } from './contenders.js';
import { convolutions } from './levels/convolutions.js';
import { memory } from './levels/memory.js';
import { metrics } from './levels/metrics.js';
import { steps } from './levels/steps.js';
import { translation } from './levels/translation.js';
import { webgpu } from './levels/webgpu.js';
import { Contender } from './protocol/contender.js';
import type { ContenderCommand } from './protocol/contender.js';
import { run, thisMachine } from './run.js';

const LEVELS = {
  convolutions,
  steps: () => steps(named(stepCases())),
  memory,
  metrics,
  translation: () => translation(named(translationCases())),
  small: () => steps(smallStepCases()),
  webgpu: () => webgpu(onDawn(), named(webgpuCases())),
};
const NAMES = Object.keys(LEVELS) as (keyof typeof LEVELS)[];
const DEFAULT = 'convolutions,steps,memory';
const HELP = `Times gan-kit beside other libraries, in turns, and prints medians and ratios.

  npm run bench -- [options]

  --levels A,B     of ${NAMES.join(', ')} (default
                   ${DEFAULT}); translation takes ten minutes more,
                   metrics three, small is a step that slow peers can do, webgpu counts commands
  --peers A,B      only contenders whose name contains one of these, and gan-kit and tfjs on wasm; by
                   default all but tfjs on cpu and jax-js, which take minutes
  --cases A,B      of the steps, of translation and of webgpu only those whose name contains one of
                   these
  --against FOLDER another checkout that is timed too, with node_modules in it or above
  --rounds N       how often each is measured (default 7)
  --out FOLDER     where results.md and results.json go, after each case (default runs/bench)

PyTorch takes part where python3, or the program that PYTHON names, can import torch; gan-kit on
libtensorflow where tfjs-node is ("npm run native"). webgpu runs on a software adapter and needs the
package webgpu ("npm install --no-save --save-dev webgpu@0.6.2") and Chromium's Vulkan driver.
`;
const text = { type: 'string' } as const;
const { values, word, whole, stop } = readCommandLine(process.argv.slice(2), HELP, {
  levels: { ...text, default: DEFAULT },
  peers: text,
  cases: text,
  against: text,
  rounds: { ...text, default: '7' },
  out: { ...text, default: 'runs/bench' },
});
const named = <T extends { readonly name: string }>(cases: T[]): T[] =>
  cases.filter(({ name }) => values.cases?.split(',').some((word) => name.includes(word)) ?? true);
const { against } = values;
if (against !== undefined && !existsSync(join(against, 'src/index.ts')))
  stop(`--against must be the folder of a checkout. Received: ${against}.`);
const onDawn = (): ContenderCommand[] => {
  const { dawn } = findGPU();
  return dawn === undefined
    ? stop('--levels webgpu: no adapter here.')
    : webgpuContenders(dawn, against);
};
const levels = values.levels
  .split(',')
  .map((level): Level => LEVELS[word('levels', level, NAMES)]());
const rounds = whole('rounds', values.rounds, 1);

const everyone = contenders();
const chosen = (): ContenderCommand[] => {
  try {
    return choose(everyone, [OURS, STOCK_WASM], values.peers?.split(','));
  } catch (error) {
    return stop((error as Error).message);
  }
};
const absent = everyone.absent.map(({ name, help }) => `${name} (${help})`);
await run({
  levels,
  contenders: [...chosen(), ...(against === undefined ? [] : otherCheckout(against))].map(
    (command) => new Contender(command),
  ),
  ours: OURS,
  stock: STOCK_WASM,
  rounds,
  folder: values.out,
  machine: `${thisMachine()}; ${rounds} rounds; not here: ${absent.join(', ') || 'nothing'}`,
});
