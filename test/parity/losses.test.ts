import { abs, concat, max, reshape, tensor } from '@tensorflow/tfjs-core';
import type { Tensor } from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { cycleConsistency } from '../../src/losses/cycle_consistency.js';
import { hinge } from '../../src/losses/hinge.js';
import { identity } from '../../src/losses/identity.js';
import { l1 } from '../../src/losses/l1.js';
import { l2 } from '../../src/losses/l2.js';
import { leastSquares } from '../../src/losses/least_squares.js';
import { minimax } from '../../src/losses/minimax.js';
import { nonSaturating } from '../../src/losses/non_saturating.js';
import { relativisticAverage } from '../../src/losses/relativistic_average.js';
import { wasserstein } from '../../src/losses/wasserstein.js';
import type { AdversarialLoss } from '../../src/types.js';
import { values } from '../helpers/async_tidy.js';
import { BACKENDS, useBackend } from '../helpers/backends.js';
import { fixture } from '../helpers/fixtures.js';
import { analyticGradients } from '../helpers/numeric_gradient.js';
import type { ScalarFunction } from '../helpers/numeric_gradient.js';

interface Stored {
  readonly shape: number[];
  readonly data: number[];
}
interface Result {
  readonly value: number;
  readonly gradients: readonly number[][];
}
interface Fixture {
  readonly logits: Readonly<Record<string, { real: Stored; fake: Stored }>>;
  readonly adversarial: readonly {
    factory: string;
    options: object;
    batch: string;
    discriminator: Result;
    generator: Result;
  }[];
  readonly images: { target: Stored; prediction: Stored };
  readonly reconstruction: readonly ({ name: 'l1' | 'l2' } & (
    ({ reduction: 'mean' | 'sum' } & Result) | { reduction: 'none'; values: number[] }
  ))[];
}

const torch = fixture<Fixture>('losses');
const FACTORIES: Readonly<Record<string, (options: object) => AdversarialLoss>> = {
  minimax,
  nonSaturating,
  leastSquares,
  wasserstein: () => wasserstein(),
  hinge,
  relativisticAverage,
};
const load = ({ data, shape }: Stored): Tensor => tensor(data, shape);
const close = { rtol: 2e-6 };

describe.each(BACKENDS)('losses equal PyTorch on %s', (backend) => {
  beforeAll(() => useBackend(backend));

  async function expectResult(f: ScalarFunction, inputs: Tensor[], expected: Result) {
    const largest = (await values(max(abs(concat(inputs.map((x) => reshape(x, [-1])))))))[0]!;
    // tfjs's mean on webgl divides before it adds, which shows where large logits cancel
    const atol = backend === 'webgl' ? 1e-8 * largest : 0;
    expect(await f(...inputs).data()).toBeAllclose([expected.value], { ...close, atol });
    (await analyticGradients(f, inputs)).forEach((gradient, i) =>
      expect(gradient).toBeAllclose(expected.gradients.at(i - inputs.length)!, close),
    );
  }

  it('has cases of every loss', () => {
    expect(new Set(torch.adversarial.map(({ factory }) => factory))).toEqual(
      new Set(Object.keys(FACTORIES)),
    );
  });

  it.each(torch.adversarial)('$factory($options) of $batch', async (stored) => {
    const loss = FACTORIES[stored.factory]!(stored.options);
    const { real, fake } = torch.logits[stored.batch]!;
    const inputs = [load(real), load(fake)];
    await expectResult(
      (r, f) => loss.discriminator({ real: r, fake: f }),
      inputs,
      stored.discriminator,
    );
    if (loss.needsReal)
      await expectResult((r, f) => loss.generator({ real: r, fake: f }), inputs, stored.generator);
    else await expectResult((f) => loss.generator({ fake: f }), [inputs[1]!], stored.generator);
  });

  it.each(torch.reconstruction)('$name with reduction $reduction', async (stored) => {
    const inputs = [load(torch.images.target), load(torch.images.prediction)];
    const { reduction } = stored;
    if (reduction === 'none') {
      const [target, prediction] = inputs as [Tensor, Tensor];
      const result = { l1, l2 }[stored.name]({ target, prediction }, { reduction });
      expect(await result.data()).toBeAllclose(stored.values, close);
      return;
    }
    const losses: ScalarFunction[] =
      stored.name === 'l2'
        ? [(target, prediction) => l2({ target: target, prediction: prediction }, { reduction })]
        : [
            (target, prediction) => l1({ target: target, prediction: prediction }, { reduction }),
            (real, same) => identity({ real: real, same: same }, { reduction }),
            (real, back) => cycleConsistency({ real: real, reconstructed: back }, { reduction }),
          ];
    for (const loss of losses) await expectResult(loss, inputs, stored);
  });
});
