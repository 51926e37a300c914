import { expect, it } from 'vitest';
import { sources } from './sources.js';

/** The table of what is known of layers; the names of PyTorch's keys; where a class gives itself its name. */
const ALLOWED = /^src\/layers\/traits\.ts$|^src\/io\/pytorch\//;

/** Classes of layers whose names are no words that anything else is called by. */
const CLASSES =
  /'(GanKit(?!Error|Adam|RMSProp|SGD|MirrorPadGrad|UnitVector)\w+|\w+Dropout\w*|BatchNormalization|\w+Conv[123]D\w*|Conv[123]D\w*|\w+Pooling[123]D|Embedding)'/g;

it('class names of layers are in one table', () => {
  const found = [...sources('src').values()]
    .filter(({ path }) => !ALLOWED.test(path) && !/^src\/(kernels|gradients)\//.test(path))
    .flatMap(({ path, text }) =>
      text
        .split('\n')
        .filter((line) => !/className = |^\s*(\*|\/\/)|import|from '/.test(line))
        .flatMap((line) => [...line.matchAll(CLASSES)].map(([, name]) => `${path}: ${name}`)),
    );
  expect(found).toEqual([]);
});
