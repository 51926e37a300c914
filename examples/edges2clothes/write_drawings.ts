/** Writes some drawings of test pictures to `drawings.json`, which the site's page Translate begins with. */
import { writeFileSync } from 'node:fs';
import { CLASSES, dataFolder, readFashion } from './fashion.js';
import { pairAt } from './pairs.js';

/** The places of the test pictures, whose drawings show what they are. */
const PLACES = process.argv.slice(2).map(Number);

const test = readFashion('t10k', dataFolder());
const drawings = PLACES.map((place) => {
  const { edges } = pairAt(test, place);
  const bytes = new Uint8Array(edges.length / 8);
  edges.forEach((value, i) => {
    if (value < 0) bytes[i >> 3]! |= 128 >> (i & 7);
  });
  return {
    name: CLASSES[test.classes[place]!],
    place,
    lines: Buffer.from(bytes).toString('base64'),
  };
});
writeFileSync(
  new URL('./drawings.json', import.meta.url),
  `${JSON.stringify(drawings, undefined, 2)}\n`,
);
