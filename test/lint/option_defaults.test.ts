import { describe, expect, it } from 'vitest';
import { documentedIn } from './documented_defaults.js';
import { changedText, faultyDefaults } from './option_defaults.js';

/** Why a default may stand elsewhere, by the options that it holds for. */
const REASONS: readonly (readonly [options: RegExp, reason: string])[] = [
  [/^\w+\.trainable:/, 'tfjs has this one'],
  [/^Geometry\.dataFormat:/, 'attributes of a kernel, which each kernel reads for itself'],
  [/^EvaluateFoldersOptions\./, 'passed on to the function that has it'],
  [/^ImageReadingOptions\.preprocess:/, 'passed on to the function that has it'],
  [/^Preparation\./, 'passed on by data sets, and used by functions that take it as it is'],
];

const twice = (path: string, ...values: readonly number[]): string =>
  `its default stands in more than one place, ${values.map((value) => `${value} (${path})`).join(', ')}`;

const isExcused = (fault: string): boolean => REASONS.some(([options]) => options.test(fault));

describe('the default of an option', () => {
  const found = faultyDefaults();

  it('stands in one place, which its comment agrees with', () => {
    const { faults, compared } = found;
    expect(faults.filter((fault) => !isExcused(fault))).toEqual([]);
    expect(compared).toBeGreaterThan(200);
  });

  it('is found where it is wrong, missing or written twice', { timeout: 120_000 }, () => {
    const before = new Set(found.faults);
    const { faults } = faultyDefaults(
      new Map([
        // a schema that says something else
        changedText('src/layers/leaky_relu.ts', 'default: 0.2 }', 'default: 0.3 }'),
        // one inside another option
        changedText(
          'src/training/systems/read_gan_options.ts',
          'default: 0.99 }',
          'default: 0.9 }',
        ),
        // a comment that says something else, of options in a schema that others share, and through seed()
        changedText(
          'src/penalties/gradient_penalty.ts',
          "`'two'`, the default",
          "`'one'`, the default",
        ),
        changedText('src/models/dcgan_plan.ts', 'default [64, 64, 3]', 'default [64, 64, 1]'),
        changedText('src/layers/dropout.ts', 'on; default 0.', 'on; default 1.'),
        // the default again beside the schema
        changedText(
          'src/models/initialize_weights.ts',
          'const { stddev, seed } =',
          'const twice = options.stddev ?? 0.02;\n  const { stddev, seed } =',
        ),
        changedText(
          'src/models/patch_discriminator.ts',
          'const { layers } = read;',
          'const { layers = 3 } = read;',
        ),
        changedText(
          'src/models/resnet_generator.ts',
          'return allOrNothing(',
          'const { blocks } = options;\n  void (blocks || 6);\n  return allOrNothing(',
        ),
        // a schema without it
        changedText('src/layers/convolution_schema.ts', ', default: 1 }', ' }'),
      ]),
    );
    const told = faults.filter((fault) => !before.has(fault));
    expect(told.map((fault) => fault.replaceAll(/:\d+\)/g, ')')).sort()).toEqual([
      'Conv2DOptions.strides: default 1 in its comment, nowhere in code',
      'Conv2DTransposeOptions.strides: default 1 in its comment, nowhere in code',
      'DCGANOptions.imageShape: default [64, 64, 1] in its comment, [64, 64, 3] (src/models/dcgan_plan.ts) in code',
      'DropoutOptions.seed: default 1 in its comment, 0 (src/internal/option_kinds.ts) in code',
      "GradientPenaltyOptions.sided: default 'one' in its comment, 'two' (src/penalties/gradient_penalty.ts) in code",
      `InitializeWeightsOptions.stddev: ${twice('src/models/initialize_weights.ts', 0.02, 0.02)}`,
      'LeCamOptions.decay: default 0.99 in its comment, 0.9 (src/training/systems/read_gan_options.ts) in code',
      'LeakyReLUOptions.negativeSlope: default 0.2 in its comment, 0.3 (src/layers/leaky_relu.ts) in code',
      `PatchDiscriminatorOptions.layers: ${twice('src/models/patch_discriminator.ts', 3, 3)}`,
      'ResnetGeneratorOptions.blocks: default 9 in its comment, 9 (src/models/resnet_generator.ts), 6 (src/models/resnet_generator.ts) in code',
      `ResnetGeneratorOptions.blocks: ${twice('src/models/resnet_generator.ts', 9, 6)}`,
    ]);
  });

  it.each([
    ['Step size α, 0 or more; default 2e-4, that of DCGAN.', ['0.0002']],
    ['Default 1.', ['1']],
    ['How many; default 1,000, or fewer.', ['1000']],
    ["`'two'`, the default: norms; `'one'`: others.", ["'two'"]],
    ["`'valid'` (none, the default), `'same'`.", ["'valid'"]],
    ['What is subtracted, 0 (default) or 1.', ['0']],
    ["The name; default `'a'` or `'b'`.", ["'a'", "'b'"]],
    ['The range; default [−1, 1], as here.', ['[-1, 1]']],
    ['g > 0; default √2, as it says.', [String(Math.SQRT2)]],
    ['How much; 3 by default.', ['3']],
    ['Default Adam(2e-4); default: as many as go in; default none.', []],
    ['Of two: the sum (default) or the mean.', []],
  ])('is read from the comment %j', (comment, values) => {
    expect(documentedIn(comment)).toEqual(values);
  });
});
