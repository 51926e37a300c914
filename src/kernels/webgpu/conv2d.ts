import { backend_util } from '@tensorflow/tfjs-core';
import type { Conv2DAttrs, Tensor, TensorInfo } from '@tensorflow/tfjs-core';
import { slopeOf } from '../activation.js';
import type { FusedActivation } from '../activation.js';
import { convolutionKernels } from '../convolution_kernels.js';
import type { ConvolutionInputs } from '../convolution_kernels.js';
import { keepNaN } from '../gpu/fused_on_gpu.js';
import type { KernelReplacement } from '../replacement.js';
import { shaderNumbers } from './convolution/shader_numbers.js';
import { strideOfB, tiledProductShader } from './convolution/tiled_product.js';
import { columnsOf, threadsOf, tileCount, tileFor, workgroupGrid } from './convolution/tiles.js';
import type { Tile } from './convolution/tiles.js';
import { findPlaces, loadWindows } from './convolution/window_tile.js';
import { divide, readWindows } from './convolution/windows.js';
import { runShader } from './runtime/run_shader.js';
import type { WebGPUBackend } from './runtime/webgpu_backend.js';

/** The activations that the shader applies, as expressions of `y`; the others' would lose NaN on some drivers. */
const APPLIED: Readonly<Record<string, string>> = {
  linear: 'y',
  relu: 'select(0, y, y > 0 || isNotNumber(y))',
  leakyrelu: 'select(numbers.slope * y, y, y > 0)',
};

const [conv2D, fusedConv2D] = convolutionKernels('webgpu', convolution, Object.keys(APPLIED));

/** Convolutions, alone and with a bias and an activation, in one run. */
export const webgpuConvolutions: readonly KernelReplacement[] = [
  conv2D,
  { ...fusedConv2D, make: (stock) => fusedConv2D.make(keepNaN(stock)) },
];

const LINEAR: FusedActivation = { activation: 'linear' };

function convolution(
  backend: WebGPUBackend,
  { x, filter }: ConvolutionInputs,
  { strides, dilations, pad, dimRoundingMode }: Conv2DAttrs,
  bias?: Tensor,
  fused: FusedActivation = LINEAR,
): TensorInfo {
  const conv = backend_util.computeConv2DInfo(
    x.shape,
    filter.shape,
    strides,
    dilations,
    pad,
    dimRoundingMode,
  );
  const { batchSize, inHeight, inWidth, inChannels, outHeight, outWidth, outChannels } = conv;
  const rows = batchSize * outHeight * outWidth;
  const tile = tileFor(rows, outChannels, 1);
  const { struct, numbers } = shaderNumbers(
    {
      height: inHeight,
      width: inWidth,
      channels: inChannels,
      outHeight,
      outWidth,
      outChannels,
      rows,
      terms: conv.filterHeight * conv.filterWidth * inChannels,
      filterWidth: conv.filterWidth,
      strideHeight: conv.strideHeight,
      strideWidth: conv.strideWidth,
      dilationHeight: conv.dilationHeight,
      dilationWidth: conv.dilationWidth,
      top: conv.padInfo.top,
      left: conv.padInfo.left,
    },
    { slope: slopeOf(fused) },
  );
  const [y] = runShader(backend, {
    name: 'Conv2D',
    code: shader(
      tile,
      { inQuads: inChannels % 4 === 0, biased: bias !== undefined, activation: fused.activation },
      struct,
    ),
    inputs: bias === undefined ? [x, filter] : [x, filter, bias],
    outputs: [{ shape: conv.outShape, dtype: 'float32' }],
    numbers,
    workgroups: workgroupGrid(tileCount(tile, rows, outChannels)),
  });
  return y!;
}

/** What distinguishes the shaders of one tile. */
interface Variant {
  /** Whether four channels of x are read at once. */
  readonly inQuads: boolean;
  readonly biased: boolean;
  readonly activation: string;
}

/** Writes the shader: a row is a pixel of y, a column a filter, a term a tap and a channel of x. */
function shader(tile: Tile, { inQuads, biased, activation }: Variant, struct: string): string {
  const columns = columnsOf(tile);
  const termsAtOnce = threadsOf(tile) / columns;
  const after = biased ? 3 : 2;
  return tiledProductShader({
    tile,
    quads: 'terms',
    declarations: `${struct}
@group(0) @binding(0) var<storage, read> image : array<${inQuads ? 'vec4f' : 'f32'}>;
@group(0) @binding(1) var<storage, read> weights : array<f32>;
${biased ? '@group(0) @binding(2) var<storage, read> bias : array<f32>;' : ''}
@group(0) @binding(${after}) var<storage, read_write> results : array<f32>;
@group(0) @binding(${after + 1}) var<uniform> numbers : Numbers;
${divide}
fn productSize(plane : i32) -> vec2i { return vec2i(numbers.rows, numbers.outChannels); }
fn rowStart(row : i32) -> i32 { return row * numbers.outChannels; }
fn placeOf(row : i32) -> vec3i {
  if (row >= numbers.rows) { return vec3i(0, OUTSIDE.x, 0); }
  let line = divided(row, numbers.outWidth);
  let image = divided(line.x, numbers.outHeight);
  return vec3i(
    image.x * numbers.height,
    image.y * numbers.strideHeight - numbers.top,
    line.y * numbers.strideWidth - numbers.left);
}
fn stepOf(term : i32) -> vec4i {
  if (term >= numbers.terms) { return OUTSIDE; }
  let tap = divided(term, numbers.channels);
  let place = divided(tap.x, numbers.filterWidth);
  return vec4i(place * vec2i(numbers.dilationHeight, numbers.dilationWidth), tap.y, 0);
}
${readWindows(inQuads)}
/** Tests the bits, as drivers may assume that no number is NaN. */
fn isNotNumber(y : f32) -> bool { return (bitcast<u32>(y) & 0x7fffffffu) > 0x7f800000u; }
fn activated(sum : f32, column : i32) -> f32 {
  let y = sum${biased ? ' + bias[column]' : ''};
  return ${APPLIED[activation]!};
}`,
    begin: `let beginTerm = 0;
  let endTerm = numbers.terms;
  ${findPlaces(tile)}
  let columnInTile = thread % ${columns};
  let ofColumn = firstColumn + columnInTile;`,
    load: `${loadWindows(tile)}
    for (var i = 0; i < ${tile.terms / termsAtOnce}; i++) {
      let k = thread / ${columns} + i * ${termsAtOnce};
      let isInside = term + k < endTerm && ofColumn < numbers.outChannels;
      let at = (term + k) * numbers.outChannels + ofColumn;
      tileB[k * ${strideOfB(tile)} + columnInTile] = select(0, weights[select(0, at, isInside)], isInside);
    }`,
    result: 'activated(sum, column)',
  });
}
