/** x [samples, places, channels] and groups of its channels. */
export interface Layout {
  readonly samples: number;
  readonly places: number;
  readonly channels: number;
  readonly groups: number;
  /** Channels of a group. */
  readonly width: number;
}

export function layoutOf(shape: readonly number[], groups: number): Layout {
  const [samples, places, channels] = shape as [number, number, number];
  return { samples, places, channels, groups, width: channels / groups };
}

/** Sizes for shaders. */
export const layoutIntegers = ({
  places,
  channels,
  groups,
  width,
}: Layout): Record<string, number> => ({
  sampleSize: places * channels,
  groups,
  groupWidth: width,
});

/** WGSL that finds channel, group and row of sums of an element of x. */
export const PLACE_OF_ELEMENT = `
  let channel = index % numbers.channels;
  let sample = index / numbers.sampleSize;
  let group = sample * numbers.groups + channel / numbers.groupWidth;
  let row = sample * numbers.channels + channel;`;
