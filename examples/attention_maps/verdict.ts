import { basename, join } from 'node:path';
import { concat, dispose, slice, tidy } from '@tensorflow/tfjs-core';
import type { Tensor, Tensor4D } from '@tensorflow/tfjs-core';
import type { LayersModel } from '@tensorflow/tfjs-layers';
import { savePNG } from 'gan-kit/node';
import { sampleLatents } from 'gan-kit/training';
import { DIGITS } from '../labelled_digits/recipe.js';
import { imageTensor } from '../mnist/data.js';
import type { Images } from '../mnist/data.js';
import { classTensor } from '../mnist/digit_classes.js';
import { padded } from '../mnist/padded.js';
import { digitTurns } from './batches.js';
import { figuresOf } from './figures.js';
import type { MapFigures } from './figures.js';
import type { ClassScores } from './jury.js';
import { AttentionLayer, gammaOf } from './layer.js';
import { drawMaps } from './pictures.js';
import { buildGenerator } from './recipe.js';
import type { Place } from './recipe.js';
import type { ClassMilestone, History, Run } from './run.js';

/** The pictures of maps: their files and captions. */
export const MAPS = {
  generator: { name: 'maps-generator.png', caption: 'maps of the generator' },
  discriminator: { name: 'maps-discriminator.png', caption: 'maps of the discriminator' },
} as const;

/** What the attention of a network does. */
export interface Look extends MapFigures {
  readonly gamma: number;
  /** ‖γ o‖ / ‖x‖: the size of what attention adds to its input. */
  readonly addition: number;
  /** What the maps of other digits would look at in each image. */
  readonly ofOthers: MapFigures;
}

/** The result of a finished run. */
export interface Result {
  readonly attention: Place;
  readonly seed: number;
  readonly history: History;
  /** The file of the last samples, in the folder of the run. */
  readonly samples: string;
  /** The scores after the last step. */
  readonly atSteps: ClassMilestone;
  /** The scores of the same latent vectors with γ = 0 in the generator. */
  readonly turnedOff?: ClassScores;
  /** The generator's attention for samples, and the discriminator's for test images. */
  readonly looks: Partial<Record<keyof typeof MAPS, Look>>;
}

/**
 * Scores a finished run, and measures and draws its attention.
 *
 * @param measured Number of images of each digit whose maps are measured; the first of each is drawn.
 */
export async function judgeRun(run: Run, test: Images, measured = 10): Promise<Result> {
  const { options, history, gan } = run;
  const { attention, seed, ofEach } = options;
  const atSteps = await run.milestone(ofEach.compared, 3);
  const result = { attention, seed, history, samples: basename(run.gridPath(run.step)), atSteps };
  if (attention === 'none') return { ...result, looks: {} };

  const mapsPath = (of: keyof typeof MAPS) => join(options.out, MAPS[of].name);
  const asked = digitTurns(measured);
  const labels = classTensor(asked);
  const latents = sampleLatents({ count: asked.length, size: gan.latentSize, seed: 1 });
  const averaged = buildGenerator(attention, seed);
  averaged.setWeights(gan.ema!.weights);
  const samples = averaged.predict([latents, labels]);
  const looks: Record<string, Look> = {};
  looks['generator'] = await look(averaged, [latents, labels], samples, mapsPath('generator'));
  if (attention === 'both') {
    const images = tidy(() => padded(imageTensor(test, placesOf(test, asked))));
    const { discriminator } = gan.networks;
    looks['discriminator'] = await look(
      ...([discriminator, [images, labels], images] as const),
      mapsPath('discriminator'),
    );
    images.dispose();
  }
  new AttentionLayer(averaged).turnOff();
  const turnedOff = await run.scoresOf(ofEach.compared, 3, averaged);
  dispose([latents, labels, samples]);
  averaged.dispose();
  return { ...result, turnedOff, looks };
}

/** Measures the attention of a network for images, and draws that of the first ten. */
async function look(
  network: LayersModel,
  inputs: readonly Tensor[],
  images: Tensor4D,
  path: string,
): Promise<Look> {
  const layer = new AttentionLayer(network);
  const maps = layer.maps([...inputs]);
  const others = tidy(() => concat([slice(maps, 1), slice(maps, 0, 1)]));
  const addition = layer.addition([...inputs]);
  const [gamma] = await gammaOf(network)!.read().data();
  const [size] = await addition.data();
  const found = await figuresOf(maps, images);
  const ofOthers = await figuresOf(others, images);
  const [first, ofFirst] = [slice(images, 0, DIGITS), slice(maps, 0, DIGITS)];
  await savePNG(path, await drawMaps(first, ofFirst, 2));
  dispose([maps, others, addition, first, ofFirst]);
  return { ...found, gamma: gamma!, addition: size!, ofOthers };
}

/** Returns the places of images of the digits asked for, each place once. */
function placesOf({ digits }: Images, asked: Uint8Array): number[] {
  const next = new Array<number>(DIGITS).fill(0);
  return Array.from(asked, (digit) => {
    const place = digits.indexOf(digit, next[digit]);
    next[digit] = place + 1;
    return place;
  });
}
