/** Computes the entropy of the classifier's shares of the digits, in bits: log₂ 10 = 3.32 if all are equally frequent. */
export const entropy = (shares: readonly number[]): number =>
  shares.reduce((sum, share) => (share > 0 ? sum - share * Math.log2(share) : sum), 0);
