import { Conv2DBackpropFilter, backend_util, zeros } from '@tensorflow/tfjs-core';
import type { Conv2DBackpropFilterAttrs, Tensor4D, TensorInfo } from '@tensorflow/tfjs-core';
import { kernelFunc } from '../replacement.js';
import type { KernelReplacement } from '../replacement.js';
import { shaderNumbers } from './convolution/shader_numbers.js';
import { sumParts } from './convolution/sum_parts.js';
import { strideOfA, strideOfB, tiledProductShader } from './convolution/tiled_product.js';
import {
  MANY_WORKGROUPS,
  columnsOf,
  rowsOf,
  threadsOf,
  tileCount,
  tileFor,
  workgroupGrid,
} from './convolution/tiles.js';
import type { Tile } from './convolution/tiles.js';
import { MOST_LINES, divide, readWindows } from './convolution/windows.js';
import { runShader } from './runtime/run_shader.js';
import type { WebGPUBackend, WebGPUKernelCall } from './runtime/webgpu_backend.js';

type Call = WebGPUKernelCall<{ x: Tensor4D; dy: Tensor4D }, Conv2DBackpropFilterAttrs>;

/** Least terms of a part of the sums. */
const LEAST_TERMS = 128;
/** Most numbers of all parts together, 64 MiB, unless there is one part. */
const MOST_NUMBERS = 2 ** 24;

/**
 * The gradient of a convolution in its filter, `dW[i,j,c,d] = Σ x[n, s·p+i, s·q+j, c] · dy[n,p,q,d]`: the product
 * of x's windows, transposed, with dy. The sums over all pixels are cut into parts, so that a small filter has
 * enough workgroups too. Stock webgpu has one thread for each element of the filter.
 */
export const conv2DBackpropFilter: KernelReplacement = {
  kernelName: Conv2DBackpropFilter,
  backendName: 'webgpu',
  make: (stock) =>
    kernelFunc((call: Call) => {
      const { inputs, attrs, backend } = call;
      const { x, dy } = inputs;
      const { filterShape, strides, pad, dimRoundingMode, dataFormat } = attrs;
      if (dataFormat !== 'NHWC' || x.dtype !== 'float32' || dy.dtype !== 'float32')
        return stock(call);
      const conv = backend_util.computeConv2DInfo(
        x.shape,
        filterShape,
        strides,
        1,
        pad,
        dimRoundingMode,
      );
      if (conv.batchSize === 0) return zeros(conv.filterShape);
      if (conv.batchSize * conv.outHeight > MOST_LINES) return stock(call);
      return filterGradient(backend, conv, x, dy);
    }),
};

function filterGradient(
  backend: WebGPUBackend,
  conv: backend_util.Conv2DInfo,
  x: TensorInfo,
  dy: TensorInfo,
): TensorInfo {
  const { batchSize, inHeight, inWidth, inChannels, outHeight, outWidth, outChannels } = conv;
  const rows = conv.filterHeight * conv.filterWidth * inChannels;
  const terms = batchSize * outHeight * outWidth;
  const most = Math.max(
    1,
    Math.min(Math.floor(terms / LEAST_TERMS), Math.floor(MOST_NUMBERS / (rows * outChannels))),
  );
  const tile = tileFor(rows, outChannels, most);
  const tiles = tileCount(tile, rows, outChannels);
  const wanted = Math.min(most, Math.ceil(MANY_WORKGROUPS / tiles));
  const partTerms = Math.ceil(terms / wanted / tile.terms) * tile.terms;
  const parts = Math.ceil(terms / partTerms);
  const { struct, numbers } = shaderNumbers({
    height: inHeight,
    width: inWidth,
    channels: inChannels,
    outHeight,
    outWidth,
    outChannels,
    filterWidth: conv.filterWidth,
    strideHeight: conv.strideHeight,
    strideWidth: conv.strideWidth,
    top: conv.padInfo.top,
    left: conv.padInfo.left,
    rows,
    terms,
    partTerms,
  });
  const inQuads = inChannels % 4 === 0;
  const [gradient] = runShader(backend, {
    name: 'Conv2DBackpropFilter',
    code: shader(tile, inQuads, struct),
    inputs: [x, dy],
    outputs: [
      {
        shape: parts === 1 ? conv.filterShape : [parts, rows * outChannels],
        dtype: 'float32',
      },
    ],
    numbers,
    workgroups: [...workgroupGrid(tiles), parts],
  });
  return parts === 1 ? gradient! : sumParts(backend, gradient!, conv.filterShape);
}

/** Writes the shader: a row is a tap and a channel, a column a filter, a term a pixel of dy, a plane a part. */
function shader(tile: Tile, inQuads: boolean, struct: string): string {
  const quadsDown = rowsOf(tile) / 4;
  const termsAtOnce = threadsOf(tile) / quadsDown;
  const columns = columnsOf(tile);
  const dyAtOnce = threadsOf(tile) / columns;
  const strideA = strideOfA({ tile, quads: 'rows' });
  return tiledProductShader({
    tile,
    quads: 'rows',
    declarations: `${struct}
@group(0) @binding(0) var<storage, read> image : array<${inQuads ? 'vec4f' : 'f32'}>;
@group(0) @binding(1) var<storage, read> dy : array<f32>;
@group(0) @binding(2) var<storage, read_write> results : array<f32>;
@group(0) @binding(3) var<uniform> numbers : Numbers;
var<private> firstResult : i32;
${divide}
fn stepOf(row : i32) -> vec4i {
  if (row >= numbers.rows) { return OUTSIDE; }
  let tap = row / numbers.channels;
  let channel = row % numbers.channels;
  return vec4i(
    tap / numbers.filterWidth - numbers.top, tap % numbers.filterWidth - numbers.left, channel, 0);
}
${readWindows(inQuads)}
fn placeOf(term : i32) -> vec3i {
  let row = divided(term, numbers.outWidth);
  let image = divided(row.x, numbers.outHeight);
  return vec3i(image.x * numbers.height, image.y * numbers.strideHeight, row.y * numbers.strideWidth);
}
fn productSize(plane : i32) -> vec2i { return vec2i(numbers.rows, numbers.outChannels); }
fn rowStart(row : i32) -> i32 { return firstResult + row * numbers.outChannels; }`,
    begin: `firstResult = plane * numbers.rows * numbers.outChannels;
  let beginTerm = plane * numbers.partTerms;
  let endTerm = min(beginTerm + numbers.partTerms, numbers.terms);
  let quad = thread % ${quadsDown};
  let steps = stepsFrom(firstRow + 4 * quad);
  let columnInTile = thread % ${columns};
  let column = firstColumn + columnInTile;`,
    load: `for (var i = 0; i < ${tile.terms / termsAtOnce}; i++) {
      let k = thread / ${quadsDown} + i * ${termsAtOnce};
      let isInside = term + k < endTerm;
      let place = placeOf(select(0, term + k, isInside));
      tileA[k * ${strideA} + quad] = select(vec4f(), readQuad(place, steps), isInside);
    }
    for (var i = 0; i < ${tile.terms / dyAtOnce}; i++) {
      let k = thread / ${columns} + i * ${dyAtOnce};
      let isInside = term + k < endTerm && column < numbers.outChannels;
      let at = (term + k) * numbers.outChannels + column;
      tileB[k * ${strideOfB(tile)} + columnInTile] = select(0, dy[select(0, at, isInside)], isInside);
    }`,
  });
}
