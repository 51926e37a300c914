/** `npm run bench`: how long gan-kit takes beside others, in one run. */
import { cpus, totalmem } from 'node:os';
import { join } from 'node:path';
import { SingleBar } from 'cli-progress';
import { writeFileAtomic } from 'gan-kit/node';
import { readCommandLine } from '../examples/command_line.js';
import { convolutionCases, PASSES, stepCases } from './cases.js';
import { Contender } from './contender.js';
import { contenders, OURS, STOCK_WASM } from './contenders.js';
import { measure } from './measure.js';
import { median } from './statistics.js';
import { convolutionTable, stepTable } from './tables.js';
import type { ConvolutionResult } from './tables.js';

const LEVELS = ['convolutions', 'steps'] as const;
const HELP = `Times gan-kit beside other libraries, in turns, and prints medians and ratios.

  npm run bench -- [options]

  --levels A,B     of ${LEVELS.join(', ')} (default all)
  --peers A,B      only contenders whose name contains one of these, and gan-kit and tfjs on wasm; by
                   default all but tfjs on cpu and jax-js, which take minutes
  --rounds N       how often each is measured (default 7)
  --out FOLDER     where results.md and results.json go (default runs/bench)
`;
const text = { type: 'string' } as const;
const { values, word, whole } = readCommandLine(process.argv.slice(2), HELP, {
  levels: { ...text, default: LEVELS.join(',') },
  peers: text,
  rounds: { ...text, default: '7' },
  out: { ...text, default: 'runs/bench' },
});
const levels = values.levels.split(',').map((level) => word('levels', level, LEVELS));
const rounds = whole('rounds', values.rounds, 1);
const wanted = values.peers?.split(',');

const { present, absent } = contenders();
const chosen = present.filter(
  ({ name, slow = false }) =>
    [OURS, STOCK_WASM].includes(name) || (wanted?.some((part) => name.includes(part)) ?? !slow),
);
const machine = [
  `${cpus().length} × ${cpus()[0]!.model.trim()}, ${Math.round(totalmem() / 2 ** 30)} GiB`,
  `Node ${process.version}, ${process.platform} ${process.arch}`,
  `${rounds} rounds; not here: ${absent.join(', ') || 'nothing'}`,
].join('; ');
console.log(machine);

const running = chosen.map((command) => new Contender(command));
const bar = new SingleBar({
  format: '{bar} {value}/{total} | {what} | {eta_formatted} left',
  barsize: 24,
  hideCursor: true,
  noTTYOutput: true,
  notTTYSchedule: 15_000,
});
const convolutions = levels.includes('convolutions') ? convolutionCases() : [];
const geometries = convolutions.length / PASSES.length;
const steps = levels.includes('steps') ? stepCases() : [];
bar.start(geometries + 2 * steps.length, 0, { what: '' });
const json: Record<string, unknown> = { machine };
const sections: string[] = [`${machine}.`];

try {
  const results: ConvolutionResult[] = [];
  for (let g = 0; g < geometries; g++) {
    const cases = convolutions.slice(g * PASSES.length, (g + 1) * PASSES.length);
    const timings = await measure(cases, running, rounds, (what) => bar.update({ what }));
    results.push({ cases, timings });
    bar.increment();
  }
  if (results.length > 0) {
    json['convolutions'] = results;
    sections.push('## Convolutions', convolutionTable(results, OURS, STOCK_WASM));
  }
  for (const { name, step, products } of steps) {
    const forward = products.map(({ convolution }) => convolution);
    const stock = running.filter((contender) => contender.name === STOCK_WASM);
    const parts = await measure(forward, stock, rounds, (what) => bar.update({ what }));
    bar.increment();
    const floor = products.reduce(
      (sum, { times }, i) => sum + times * median(parts[i]![0]!.rounds),
      0,
    );
    const [timings] = await measure([step], running, rounds, (what) => bar.update({ what }));
    bar.increment();
    json[name] = { floor, timings };
    sections.push(
      `## ${name}`,
      `Its products at the forward speed of ${STOCK_WASM}: ${floor.toFixed(0)} ms.`,
      stepTable(timings!, OURS, floor),
    );
  }
} finally {
  bar.stop();
  for (const contender of running) contender.stop();
}

const report = sections.join('\n\n');
console.log(`\n${report}`);
await writeFileAtomic(join(values.out, 'results.md'), `${report}\n`);
await writeFileAtomic(join(values.out, 'results.json'), JSON.stringify(json));
