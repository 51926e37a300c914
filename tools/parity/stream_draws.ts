/**
 * Prints what named streams of a seed draw, as JSON, for tools/parity/gan_additions.py:
 *
 *     npx tsx tools/parity/stream_draws.ts SEED STREAM:KIND:SIZE:COUNT …
 *
 * KIND is uniform or normal; the result has COUNT lists of SIZE numbers for each stream.
 */
import { RandomStream } from '../../src/internal/random.js';

const [seed, ...wanted] = process.argv.slice(2) as [string, ...string[]];
const drawn = wanted.map((one) => {
  const [name, kind, size, count] = one.split(':') as [string, string, string, string];
  const stream = new RandomStream(Number(seed)).fork(name);
  const draw = () =>
    kind === 'normal' ? stream.normalValues(Number(size)) : stream.uniformValues(Number(size));
  return [name, Array.from({ length: Number(count) }, () => [...draw()])] as const;
});
console.log(JSON.stringify(Object.fromEntries(drawn)));
