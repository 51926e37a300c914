/** The number of updates of each of two players. */
export interface UpdateCounts {
  readonly discriminator: number;
  readonly generator: number;
}

/** Counts updates, if the discriminator moves at each step and the generator at every `criticSteps`-th. */
export const updateCounts = (
  { stepCount }: { readonly stepCount: number },
  criticSteps = 1,
): UpdateCounts => ({
  discriminator: stepCount,
  generator: Math.floor(stepCount / criticSteps),
});
