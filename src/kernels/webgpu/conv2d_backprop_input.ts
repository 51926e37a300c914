import { Conv2DBackpropInput, backend_util } from '@tensorflow/tfjs-core';
import type { Conv2DBackpropInputAttrs, Tensor4D, TensorInfo } from '@tensorflow/tfjs-core';
import { kernelFunc } from '../replacement.js';
import type { KernelReplacement } from '../replacement.js';
import { shaderNumbers } from './convolution/shader_numbers.js';
import { strideOfB, tiledProductShader, times } from './convolution/tiled_product.js';
import { columnsOf, tileCount, tileFor, workgroupGrid } from './convolution/tiles.js';
import type { Tile } from './convolution/tiles.js';
import { findPlaces, loadWindows, rowsAtOnce } from './convolution/window_tile.js';
import { MOST_LINES, divide, readWindows } from './convolution/windows.js';
import { runShader } from './runtime/run_shader.js';
import type { WebGPUBackend, WebGPUKernelCall } from './runtime/webgpu_backend.js';

type Call = WebGPUKernelCall<{ dy: Tensor4D; filter: Tensor4D }, Conv2DBackpropInputAttrs>;

/**
 * The gradient of a convolution in its input, `dx[n, s·p+i, s·q+j, c] = Σ dy[n,p,q,d] · W[i,j,c,d]`: a product of
 * dy's windows with a part of the filter for each phase of the stride, all in one run. Stock webgpu multiplies
 * the zeros between the pixels of dy too, which is s² times the work.
 */
export const conv2DBackpropInput: KernelReplacement = {
  kernelName: Conv2DBackpropInput,
  backendName: 'webgpu',
  make: (stock) =>
    kernelFunc((call: Call) => {
      const { inputs, attrs, backend } = call;
      const { dy, filter } = inputs;
      const { inputShape, strides, pad, dimRoundingMode, dataFormat } = attrs;
      if (dataFormat !== 'NHWC' || dy.dtype !== 'float32' || filter.dtype !== 'float32')
        return stock(call);
      const conv = backend_util.computeConv2DInfo(
        inputShape,
        filter.shape,
        strides,
        1,
        pad,
        dimRoundingMode,
      );
      if (conv.batchSize * conv.inHeight > MOST_LINES) return stock(call);
      return inputGradient(backend, conv, dy, filter);
    }),
};

function inputGradient(
  backend: WebGPUBackend,
  conv: backend_util.Conv2DInfo,
  dy: TensorInfo,
  filter: TensorInfo,
): TensorInfo {
  const { batchSize, inHeight, inWidth, inChannels, outChannels } = conv;
  const { strideHeight, strideWidth } = conv;
  const phasesAcross = Math.min(strideWidth, inWidth);
  const phases = Math.min(strideHeight, inHeight) * phasesAcross;
  const rows = batchSize * Math.ceil(inHeight / strideHeight) * Math.ceil(inWidth / strideWidth);
  const tile = tileFor(rows, inChannels, phases);
  const { struct, numbers } = shaderNumbers({
    height: conv.outHeight,
    width: conv.outWidth,
    channels: outChannels,
    batchSize,
    inHeight,
    inWidth,
    inChannels,
    filterHeight: conv.filterHeight,
    filterWidth: conv.filterWidth,
    strideHeight,
    strideWidth,
    top: conv.padInfo.top,
    left: conv.padInfo.left,
    phasesAcross,
  });
  const [dx] = runShader(backend, {
    name: 'Conv2DBackpropInput',
    code: shader(tile, outChannels % 4 === 0, struct),
    inputs: [dy, filter],
    outputs: [{ shape: conv.inShape, dtype: 'float32' }],
    numbers,
    workgroups: [...workgroupGrid(tileCount(tile, rows, inChannels)), phases],
  });
  return dx!;
}

/**
 * Writes the shader: a plane is a phase, a row a pixel of dx in this phase, a column a channel of dx, and a term a
 * tap of the filter that reaches the phase with a channel of dy. Along one axis, the pixels a, a + s, a + 2s … of
 * phase a are reached by the taps t, t + s, t + 2s … with t ≡ a + pad (mod s); see wasm/convolution/phases.ts.
 */
function shader(tile: Tile, inQuads: boolean, struct: string): string {
  const columns = columnsOf(tile);
  const strideB = strideOfB(tile);
  const atOnce = rowsAtOnce(tile);
  const vector = inQuads ? 'vec4f' : 'f32';
  return tiledProductShader({
    tile,
    quads: 'terms',
    declarations: `${struct}
@group(0) @binding(0) var<storage, read> image : array<${vector}>;
@group(0) @binding(1) var<storage, read> weights : array<${vector}>;
@group(0) @binding(2) var<storage, read_write> results : array<f32>;
@group(0) @binding(3) var<uniform> numbers : Numbers;
/** Down and across: the first pixel of a phase, the number of its pixels and taps, and the first tap. */
struct Phase { offset : vec2i, count : vec2i, taps : vec2i, firstTap : vec2i }
var<private> phase : Phase;
${divide}
fn phaseOf(plane : i32) -> Phase {
  let strides = vec2i(numbers.strideHeight, numbers.strideWidth);
  let offset = vec2i(plane / numbers.phasesAcross, plane % numbers.phasesAcross);
  let firstTap = ((offset + vec2i(numbers.top, numbers.left)) % strides + strides) % strides;
  let size = vec2i(numbers.inHeight, numbers.inWidth);
  let filterSize = vec2i(numbers.filterHeight, numbers.filterWidth);
  return Phase(
    offset,
    (size - offset + strides - 1) / strides,
    max(vec2i(), (filterSize - firstTap + strides - 1) / strides),
    firstTap);
}
fn productSize(plane : i32) -> vec2i {
  let count = phaseOf(plane).count;
  return vec2i(numbers.batchSize * count.x * count.y, numbers.inChannels);
}
/** The image, and the pixel's row and column among those of the phase. */
fn pixelOf(row : i32) -> vec3i {
  let line = divided(row, phase.count.y);
  return vec3i(divided(line.x, phase.count.x), line.y);
}
fn placeOf(row : i32) -> vec3i {
  let pixel = pixelOf(row);
  if (pixel.x >= numbers.batchSize) { return vec3i(0, OUTSIDE.x, 0); }
  let pads = vec2i(numbers.top, numbers.left);
  let first = (phase.offset + pads - phase.firstTap) / vec2i(numbers.strideHeight, numbers.strideWidth);
  return vec3i(pixel.x * numbers.height, pixel.yz + first);
}
fn rowStart(row : i32) -> i32 {
  let pixel = pixelOf(row);
  let y = phase.offset.x + pixel.y * numbers.strideHeight;
  let x = phase.offset.y + pixel.z * numbers.strideWidth;
  return ((pixel.x * numbers.inHeight + y) * numbers.inWidth + x) * numbers.inChannels;
}
/** The step of a term, and the tap in the filter. */
fn stepOf(term : i32) -> vec4i {
  let tap = divided(term, numbers.channels);
  let place = divided(tap.x, phase.taps.y);
  if (place.x >= phase.taps.x) { return OUTSIDE; }
  let ofFilter = phase.firstTap + place * vec2i(numbers.strideHeight, numbers.strideWidth);
  return vec4i(-place, tap.y, ofFilter.x * numbers.filterWidth + ofFilter.y);
}
${readWindows(inQuads)}
fn readWeight(channel : i32, step : vec4i) -> ${vector} {
  let isInside = step.x != OUTSIDE.x && channel < numbers.inChannels;
  let at = (step.w * numbers.inChannels + channel) * numbers.channels + step.z;
  let value = weights[select(0, at, isInside)${inQuads ? ' / 4' : ''}];
  return select(${inQuads ? 'vec4f()' : '0'}, value, isInside);
}
fn readWeights(channel : i32, steps : Steps) -> vec4f {
  return ${
    inQuads
      ? 'readWeight(channel, steps)'
      : `vec4f(${times(4, (i) => `readWeight(channel, steps[${i}])`, ', ')})`
  };
}`,
    begin: `let taps = phaseOf(plane).taps;
  phase = phaseOf(plane);
  let beginTerm = 0;
  let endTerm = taps.x * taps.y * numbers.channels;
  ${findPlaces(tile)}`,
    load: `${loadWindows(tile)}
    for (var i = 0; i < ${Math.ceil(columns / atOnce)}; i++) {
      let column = lane + i * ${atOnce};
      let value = readWeights(firstColumn + column, steps);
      if (column < ${columns}) {
        ${times(4, (k) => `tileB[(4 * quad + ${k}) * ${strideB} + column] = value[${k}];`)}
      }
    }`,
  });
}
