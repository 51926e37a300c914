import { fail } from '../../internal/check.js';
import type { Comparison } from './compare_state_dict.js';
import { isNear } from './compare_state_dict.js';
import { cut, quote } from './refuse.js';

const MAX_LISTED = 100;

/** Throws one error that lists all differences. */
export function explain(
  where: string,
  parameter: string,
  prefix: string,
  comparison: Comparison,
): never {
  const { missing, unexpected, misfits } = comparison;
  const line = (what: string, names: readonly string[]) => {
    if (names.length === 0) return [];
    const more = names.length > MAX_LISTED ? ` and ${names.length - MAX_LISTED} more` : '';
    return [`${what}: ${names.slice(0, MAX_LISTED).map(cut).join(', ')}${more}.`];
  };
  return fail(
    'state',
    where,
    parameter,
    'that of a network like the model',
    `${missing.length} missing, ${unexpected.length} unexpected, ${misfits.length} that do not fit`,
    [
      ...(prefix === '' ? [] : [`Of the names behind the prefix ${quote(prefix)}:`]),
      ...line('Missing', missing),
      ...line('Unexpected', unexpected),
      ...line('Do not fit', misfits),
      `Nothing was changed. ${adviceOn(comparison)}`,
    ].join('\n'),
  );
}

const SPECTRAL = /\.(weight_orig|parametrizations\.weight\.original)$/;
const STATISTICS = /\.running_(mean|var)$/;

/** Returns advice that depends on what the differences show about the network of the file. */
function adviceOn(comparison: Comparison): string {
  const { missing, unexpected, misfits, statistics } = comparison;
  const [absent, present] = [missing, unexpected].map(
    (names) => (pattern: RegExp) => names.some((name) => pattern.test(name)),
  ) as [(pattern: RegExp) => boolean, (pattern: RegExp) => boolean];
  if (!isNear(comparison))
    return 'No name is one of the model: is it the file of such a network, and `architecture` right?';
  const others = missing.length + unexpected.length;
  if (others === 0 && misfits.some((misfit) => misfit.includes('is integers')))
    return 'Weights are floats: is the file of a quantized network?';
  if (absent(SPECTRAL) && !present(SPECTRAL))
    return 'The file has no spectral normalization: make the model without.';
  if (present(SPECTRAL) && !absent(SPECTRAL))
    return 'The file has spectral normalization: make the model with it.';
  if (absent(STATISTICS) && !present(STATISTICS))
    return "The file has fewer batch norms: make the model with its `normalization`, such as 'instance'.";
  if ((present(STATISTICS) && !absent(STATISTICS)) || (others > 0 && statistics.length > 0))
    return "The file has more batch norms: make the model with its `normalization`, such as 'batch'.";
  if (others === 0)
    return 'Shapes alone differ: make the model with the filters, channels and sizes of the network.';
  if (unexpected.length + misfits.length === 0)
    return 'The file has less than the model: a smaller network, or a part of one, which `strict: false` loads.';
  if (missing.length + misfits.length === 0)
    return 'The file has more than the model: a larger network, or more beside it, which `strict: false` passes over.';
  return 'Make the model with the options that the network had.';
}

/** Refuses a file in which several networks fit the model, and lists their prefixes. */
export function refuseToChoose(where: string, prefixes: readonly string[]): never {
  const names = prefixes.map((prefix) => `'${cut(prefix)}'`).join(', ');
  return fail(
    ...(['value', where, 'prefix'] as const),
    'one of those in the file, where several networks are like the model',
    prefixes,
    `The names begin with ${names}: choose by \`prefix\`. Nothing was changed.`,
  );
}

/** Refuses running statistics of instance norms: PyTorch uses them, and instance norms here have none. */
export function refuseStatistics(
  where: string,
  parameter: string,
  names: readonly string[],
): never {
  return fail(
    ...(['value', where, parameter] as const),
    'without running statistics of instance norms, unless it is said what to do with them',
    `${names.length} of them, such as ${quote(names[0]!)}`,
    [
      "In PyTorch's eval() they take the place of each image's own; instance norms here have none.",
      "`instanceStatistics: 'ignore'` computes with each image's own, as PyTorch does in train().",
      'Nothing was changed.',
    ].join('\n'),
  );
}
