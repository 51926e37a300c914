import { Cast, Identity } from '@tensorflow/tfjs-core';
import type { CastAttrs, Tensor, TensorInfo } from '@tensorflow/tfjs-core';
import { kernelFunc } from '../replacement.js';
import type { KernelReplacement } from '../replacement.js';
import type { WasmKernelCall } from './runtime/wasm_backend.js';

type Call<Attrs = object> = WasmKernelCall<{ x: Tensor }, Attrs>;

function shared({ inputs: { x }, backend }: Call): TensorInfo {
  backend.incRef(x.dataId);
  return { dataId: x.dataId, shape: x.shape, dtype: x.dtype };
}

/**
 * A clone that shares its data, as on every other backend: data is never written in place.
 *
 * Stock wasm copies, and gradients clone whatever they save: 240 copies in one DCGAN-28 step.
 */
export const identity: KernelReplacement = {
  kernelName: Identity,
  make: (stock) =>
    kernelFunc((call: Call) => (call.inputs.x.dtype === 'string' ? stock(call) : shared(call))),
};

/** A cast to the dtype that a tensor has shares its data, too; gradients make 400 in one step of CycleGAN. */
export const cast: KernelReplacement = {
  kernelName: Cast,
  make: (stock) =>
    kernelFunc((call: Call<CastAttrs>) =>
      call.inputs.x.dtype === call.attrs.dtype ? shared(call) : stock(call),
    ),
};
