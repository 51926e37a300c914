import { div, norm, scalar, sub, tidy } from '@tensorflow/tfjs-core';
import type { Scalar, Tensor, Tensor3D, Tensor4D } from '@tensorflow/tfjs-core';
import { model } from '@tensorflow/tfjs-layers';
import type { LayersModel, layers } from '@tensorflow/tfjs-layers';
import { attentionMap, namedWeights } from 'gan-kit/layers';

const GAMMA = 'attention/gamma';

/** The attention layer of a network, for looking at it. */
export class AttentionLayer {
  private readonly layer: layers.Layer;
  private readonly before: LayersModel;

  /** @param network A network with a layer of the name `attention`; it stays the caller's. */
  constructor(private readonly network: LayersModel) {
    this.layer = network.getLayer('attention');
    this.before = model({ inputs: network.inputs, outputs: this.layer.input });
  }

  /** Computes where each pixel of the map looks, `[n, 256, 64]`. */
  maps(inputs: Tensor[]): Tensor3D {
    return tidy(() => attentionMap(this.layer, this.input(inputs)));
  }

  /** Computes ‖y − x‖ / ‖x‖ of the layer's input x and output y: the size of what attention adds. */
  addition(inputs: Tensor[]): Scalar {
    return tidy(() => {
      const x = this.input(inputs);
      return div(norm(sub(this.layer.apply(x) as Tensor4D, x)), norm(x));
    });
  }

  /** Sets γ to 0, so that the layer returns its input. */
  turnOff(): void {
    tidy(() => void gammaOf(this.network)!.write(scalar(0)));
  }

  private input(inputs: Tensor[]): Tensor4D {
    return this.before.apply(inputs) as Tensor4D;
  }
}

/** Returns the weight γ of a network's attention; undefined if it has none. */
export const gammaOf = (network: LayersModel) =>
  namedWeights(network).find(({ path }) => path === GAMMA)?.variable;
