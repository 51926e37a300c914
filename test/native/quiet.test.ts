import { describe, expect, test } from 'vitest';
import { printedAfterInstall, printedAfterLoad, runScript } from '../helpers/program.js';

const NOTHING = { code: 0, stdout: '', stderr: '' };

describe('with the lines of libtensorflow itself switched off, as for these tests', () => {
  test('loadBackend and an op on tensorflow print nothing', async () => {
    expect(await printedAfterLoad('tensorflow')).toEqual(NOTHING);
  });

  test.each(['tensorflow', 'cpu'])(
    'tf.setBackend of %s beside tfjs-node prints nothing',
    async (name) => {
      expect(await printedAfterInstall(name, '@tensorflow/tfjs-node', true)).toEqual(NOTHING);
    },
  );
});

test('they are lines of information on stderr, and the level stays what the user set', async () => {
  const { code, stdout, stderr } = await runScript(`
    const { env } = await import('node:process');
    delete env.TF_CPP_MIN_LOG_LEVEL; // libtensorflow reads it when it is loaded
    await loadBackend({ prefer: ['tensorflow'] });
    console.log(env.TF_CPP_MIN_LOG_LEVEL);
  `);
  expect({ code, stdout }).toEqual({ code: 0, stdout: 'undefined\n' });
  const lines = stderr.split('\n').filter((line) => /^\d{4}-\d\d-\d\d /.test(line));
  expect(lines.length).toBeGreaterThan(0);
  for (const line of lines) expect(line).toMatch(/^\S+ \S+ I tensorflow\/core\//);
});
