import { moments, mul, sqrt, sum, tidy } from '@tensorflow/tfjs-core';
import type { Scalar, Tensor4D } from '@tensorflow/tfjs-core';

/** Computes the entropy of the classifier's shares of the digits, in bits: log₂ 10 = 3.32 if all are equally frequent. */
export const entropy = (shares: readonly number[]): number =>
  shares.reduce((sum, share) => (share > 0 ? sum - share * Math.log2(share) : sum), 0);

/** Computes the root mean square distance between two different images: √(2 Σ Var xᵢ) over the pixels i. */
export async function meanDistance(images: Tensor4D): Promise<number> {
  const distance = tidy(() => {
    const count = images.shape[0];
    const { variance } = moments(images, 0);
    return sqrt(mul<Scalar>(sum(variance), (2 * count) / (count - 1)));
  });
  const [value] = await distance.data();
  distance.dispose();
  return value!;
}
