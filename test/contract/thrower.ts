import { customGrad, mul, ones, square, tidy } from '@tensorflow/tfjs-core';
import type { Tensor } from '@tensorflow/tfjs-core';
import { layers } from '@tensorflow/tfjs-layers';
import type { Shape } from '@tensorflow/tfjs-layers';

/** Calls of a user's code, of which one makes some tensors and throws. */
export class Thrower {
  readonly error = new Error('mine');
  /** Which call throws, counted from 1; Infinity for none. */
  at = Infinity;
  private calls = 0;

  /** Whether the call came. */
  get threw(): boolean {
    return this.calls >= this.at;
  }

  arm(at: number): void {
    this.calls = 0;
    this.at = at;
  }

  readonly strike = (): void => {
    if (this.calls + 1 === this.at) square(ones([3])); // nobody has a hold of them
    this.refuse();
  };

  /** The same without tensors: what runs by itself, as a generator does, cleans up after itself. */
  readonly refuse = (): void => {
    this.calls++;
    if (this.calls === this.at) throw this.error;
  };

  /** x², whose forward and backward passes may throw, before and after something is saved for a gradient. */
  readonly op = <T extends Tensor>(x: T): T => {
    const { strike } = this;
    const fragile = customGrad((input, save) => {
      const x = input as Tensor;
      strike();
      (save as (tensors: Tensor[]) => void)([x]);
      strike();
      return {
        value: square(x),
        gradFunc: (dy: Tensor, saved: Tensor[]) => {
          strike();
          return mul(dy, mul(2, saved[0]!));
        },
      };
    });
    return tidy(() => mul<T>(fragile(mul(x, 0.5)), 2));
  };
}

/** The same as a layer. */
export class Fragile extends layers.Layer {
  static readonly className: string = 'Fragile';

  constructor(
    private readonly thrower: Thrower,
    args: { name?: string; inputShape?: Shape } = {},
  ) {
    super(args);
  }

  override computeOutputShape(shape: Shape): Shape {
    return shape;
  }

  override call(inputs: Tensor | Tensor[]): Tensor {
    return this.thrower.op(Array.isArray(inputs) ? inputs[0]! : inputs);
  }
}
