import type { GradientVerdict } from 'gan-kit';
import type { CriticText } from './critic_text.js';
import type { Verdicts } from './messages.js';
import type { Run } from './settings.js';

/** A run that has ended with verdicts. */
export interface Checked {
  readonly run: Run;
  readonly verdicts: Verdicts;
}

/** A layer, or the whole critic, with a pair of cells for each run. */
export interface Row {
  readonly name: string;
  readonly kind: string;
  readonly cells: readonly Cell[];
}

export interface Cell {
  readonly status: GradientVerdict['status'] | 'missing';
  /** The verdict in a word, and the error. */
  readonly text: string;
  /** What was thrown. */
  readonly message: string | undefined;
}

const BOTH = ['first', 'second'] as const;

const isFine = ({ status }: GradientVerdict): boolean =>
  status === 'right' || status === 'undecided';

/** Calls a run by its backend. */
export const runName = ({ backend, isStock }: Run): string =>
  isStock ? `${backend}, TensorFlow.js alone` : backend;

const written = (error: number): string =>
  Number.isFinite(error) ? error.toExponential(0).replace('e+0', '') : '∞';

function cellOf(verdict: GradientVerdict | undefined): Cell {
  if (verdict === undefined) return { status: 'missing', text: '–', message: undefined };
  const { status, error, message } = verdict;
  const hasError = status === 'right' || status === 'wrong';
  return { status, text: hasError ? `${status}, ${written(error)}` : status, message };
}

/** Makes the rows of the table: the whole critic, then its layers, with the two orders of each run side by side. */
export function rowsOf(checked: readonly Checked[]): Row[] {
  const rows = checked.map(({ verdicts }) => [verdicts.critic, ...verdicts.layers]);
  return (rows[0] ?? []).map(({ name, kind }, at) => ({
    name: at === 0 ? 'the whole critic' : name,
    kind: at === 0 ? '' : kind,
    cells: rows.flatMap((run) => {
      const row = run.find((one, i) => one.name === name && (i === 0) === (at === 0));
      return BOTH.map((order) => cellOf(row?.[order]));
    }),
  }));
}

/** What a visitor may do about a verdict, with the guides that say more. */
export interface Advice {
  readonly title: string;
  readonly text: string;
  readonly guides: readonly Guide[];
}

interface Guide {
  readonly text: string;
  readonly path: string;
}

const PENALTIES = { text: 'Gradient penalties', path: '/guide/gradient-penalties' };
const FAULTS = {
  text: 'Faults of TensorFlow.js that are repaired',
  path: '/guide/gradients#faults-of-tensorflowjs-that-are-repaired',
};
const CORNERS = { text: 'Ties and corners', path: '/guide/gradients#ties-and-corners' };
const LOG_SOFTMAX = { text: 'logSoftmax', path: '/api/ops/functions/logSoftmax' };
const ENABLE = {
  text: 'enableSecondOrderGradients',
  path: '/api/gan-kit/functions/enableSecondOrderGradients',
};

/** Says in words what was found, and what to do about it. */
export function adviceOf(checked: readonly Checked[], critic: CriticText): Advice[] {
  const repaired = checked.filter(({ run }) => !run.isStock);
  const names = new Set(checked.flatMap(({ verdicts }) => verdicts.layers.map(({ name }) => name)));
  const faults = [...names].flatMap((name) => faultOf(name, repaired, critic));
  return [...rightOnes(repaired), ...faults, ...wholeOnes(repaired), ...stockOnes(checked)];
}

const list = (words: Iterable<string>): string =>
  [...new Set(words)].join(', ').replace(/, ([^,]*)$/, ' and $1');

const backendsOf = (runs: readonly Checked[]): string => list(runs.map(({ run }) => run.backend));

function rightOnes(repaired: readonly Checked[]): Advice[] {
  const right = repaired.filter(({ verdicts }) => verdicts.ok);
  if (right.length === 0) return [];
  const text =
    'First and second derivatives are those of central differences. Losses and gradient penalties can be trained ' +
    'through this critic.';
  return [{ title: `Right on ${backendsOf(right)}`, text, guides: [PENALTIES] }];
}

function faultOf(name: string, repaired: readonly Checked[], critic: CriticText): Advice[] {
  const found = repaired.flatMap((one) => {
    const row = one.verdicts.layers.find((layer) => layer.name === name);
    return row === undefined || (isFine(row.first) && isFine(row.second)) ? [] : [{ one, row }];
  });
  if (found.length === 0) return [];
  const atFirst = found.some(({ row }) => !isFine(row.first));
  const thrown = found
    .flatMap(({ row }) => [row.first.message, row.second.message])
    .find((message) => message !== undefined);
  const layer = critic.layers.find((one) => one.name === name);
  const isLogSoftmax = /^log_?softmax$/i.test(layer?.activation ?? '');
  const text = [
    atFirst
      ? 'Its gradient itself is wrong or missing: nothing can be trained through this layer.'
      : 'Its gradient is right, and the gradient of that is not: losses train, and whatever differentiates a gradient ' +
        '(WGAN-GP, DRAGAN, R1) gets wrong updates.',
    ...(thrown === undefined ? [] : [`It throws: ${thrown.split('\n')[0]}.`.replace('..', '.')]),
    isLogSoftmax
      ? 'tf.logSoftmax has a gradient of its own that gan-kit cannot replace. Leave the activation off and take ' +
        'logSoftmax or softmaxCrossEntropy of gan-kit/ops.'
      : 'Take a layer of gan-kit that does the same, or keep the layer out of critics that have a penalty.',
  ].join(' ');
  return [
    {
      title: `Wrong on ${backendsOf(found.map(({ one }) => one))}: ${name}, a ${found[0]!.row.kind}`,
      text,
      guides: isLogSoftmax ? [LOG_SOFTMAX, PENALTIES] : [PENALTIES, FAULTS],
    },
  ];
}

/** Says what it means if no layer is known to be wrong, and the critic is not known to be right. */
function wholeOnes(repaired: readonly Checked[]): Advice[] {
  const open = repaired.filter(
    ({ verdicts: { ok, layers } }) =>
      !ok && layers.every(({ first, second }) => isFine(first) && isFine(second)),
  );
  if (open.length === 0) return [];
  return [
    {
      title: `Not decided on ${backendsOf(open)}`,
      text:
        'No layer is wrong, but the check could not confirm the critic: too many units are at a kink (LeakyReLU, ' +
        'pooling), where differences mean little. Try another seed, a smaller batch or larger kernels.',
      guides: [CORNERS],
    },
  ];
}

/** Says which layers gan-kit repairs. */
function stockOnes(checked: readonly Checked[]): Advice[] {
  const wrong = checked.filter(({ run }) => run.isStock);
  if (wrong.length === 0) return [];
  const layers = wrong.flatMap(({ verdicts }) =>
    verdicts.layers.filter(({ first, second }) => !isFine(first) || !isFine(second)),
  );
  const names = list(layers.map(({ name }) => name));
  return [
    {
      title: 'TensorFlow.js alone',
      text:
        names === ''
          ? 'No layer is wrong with TensorFlow.js’s own kernels and gradients either.'
          : `With its own kernels and gradients, these are wrong or throw: ${names}. gan-kit’s come with loadBackend, ` +
            'createGAN and enableSecondOrderGradients.',
      guides: [ENABLE, FAULTS],
    },
  ];
}
