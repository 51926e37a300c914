import { describe, expect, it } from 'vitest';
import { inParameterOrder } from '../../../src/io/training/parameter_order.js';

describe('the order of module.parameters()', () => {
  it('a hooked weight after its bias, as torch.nn.utils.spectral_norm registers it', () => {
    expect(
      inParameterOrder(['main.0.weight_orig', 'main.0.bias', 'main.10.weight', 'main.10.bias']),
    ).toEqual(['main.0.bias', 'main.0.weight_orig', 'main.10.weight', 'main.10.bias']);
  });

  it('a parametrized weight in a child, after the own bias', () => {
    const weight = 'main.0.parametrizations.weight.original';
    expect(inParameterOrder([weight, 'main.0.bias', 'main.2.weight'])).toEqual([
      ...['main.0.bias', weight, 'main.2.weight'],
    ]);
  });

  it('children in the order of their making, their parts together', () => {
    expect(inParameterOrder(['b.1.w', 'a.w', 'b.0.w', 'own'])).toEqual([
      ...['own', 'b.1.w', 'b.0.w', 'a.w'],
    ]);
  });
});
