import type { backend_util } from '@tensorflow/tfjs-core';
import { infoOf } from './geometry.js';
import type { Geometry, Shape4D } from './geometry.js';
import type { TensorflowBackend } from './tensorflow_backend.js';
import { PLANES } from './winograd_matrices.js';
import { tilesOf } from './winograd_tiles.js';
import type { Plane } from './winograd_tiles.js';

/** A convolution of stride 1 by tiles, and its channels. */
export interface TiledConvolution extends Plane {
  readonly inChannels: number;
  readonly outChannels: number;
}

/** Most transformed elements, 256 MiB. */
const MOST_ELEMENTS = 2 ** 26;

/**
 * Costs of the transforms, in multiplications of a product of large matrices, per element of a tile
 * and per element of the filter. Measured with vectors of 256 bits.
 */
const [OF_DATA, OF_FILTER] = [90, 34];

/** Costs of an element of oneDNN's convolution in the same unit: its filter gradients are slower. */
const [OF_CONVOLUTION, OF_FILTER_GRADIENT] = [0.85, 1.2];

/** Plans a convolution, or its filter gradient, by tiles, if they take less time than by oneDNN. */
export function tiledConvolution(
  backend: TensorflowBackend,
  images: Shape4D,
  filter: Shape4D,
  geometry: Geometry,
  pass: 'forward' | 'filter',
): TiledConvolution | undefined {
  const conv = infoOf(images, filter, geometry, false);
  if (!hasTiles(backend, conv)) return undefined;
  const { batchSize, inHeight, inWidth, outHeight, outWidth, padInfo, filterHeight } = conv;
  const { inChannels, outChannels } = conv;
  const tiled: TiledConvolution = {
    ...{ batch: batchSize, height: inHeight, width: inWidth, outHeight, outWidth },
    ...{ top: padInfo.top, left: padInfo.left, taps: filterHeight, inChannels, outChannels },
  };
  const cost = pass === 'forward' ? OF_CONVOLUTION : OF_FILTER_GRADIENT;
  return isFaster(tiled, cost) ? tiled : undefined;
}

/** Plans the gradient in the images by tiles: a convolution of slopes by the turned filter. */
export function tiledInputGradient(
  backend: TensorflowBackend,
  images: Shape4D,
  filter: Shape4D,
  geometry: Geometry,
): TiledConvolution | undefined {
  const conv = infoOf(images, filter, geometry, false);
  if (!hasTiles(backend, conv)) return undefined;
  const { batchSize, inHeight, inWidth, outHeight, outWidth, padInfo, filterHeight } = conv;
  const [top, left] = [filterHeight - 1 - padInfo.top, filterHeight - 1 - padInfo.left];
  const tiled: TiledConvolution = {
    ...{ batch: batchSize, height: outHeight, width: outWidth, top, left },
    ...{ outHeight: inHeight, outWidth: inWidth, taps: filterHeight },
    ...{ inChannels: conv.outChannels, outChannels: conv.inChannels },
  };
  return isFaster(tiled, OF_CONVOLUTION) ? tiled : undefined;
}

/** Tells whether the algorithm supports a convolution; it was not measured on GPUs. */
const hasTiles = (backend: TensorflowBackend, conv: backend_util.Conv2DInfo): boolean =>
  !backend.isUsingGpuDevice &&
  conv.dataFormat === 'channelsLast' &&
  conv.filterHeight === conv.filterWidth &&
  conv.filterHeight >= 2 &&
  conv.filterHeight <= 5 &&
  [conv.strideHeight, conv.strideWidth, conv.dilationHeight, conv.dilationWidth].every(
    (step) => step === 1,
  );

function isFaster(conv: TiledConvolution, ofProduct: number): boolean {
  const { batch, outHeight, outWidth, taps, inChannels, outChannels } = conv;
  const [down, across] = tilesOf(conv);
  const tiles = batch * down * across;
  const [channels, filters] = [inChannels + outChannels, inChannels * outChannels];
  const direct = batch * outHeight * outWidth * taps ** 2 * filters;
  const tiled = PLANES * (tiles * (filters + OF_DATA * channels) + OF_FILTER * filters);
  const elements = PLANES * (tiles * channels + filters);
  return tiles > 0 && elements <= MOST_ELEMENTS && tiled < ofProduct * direct;
}
