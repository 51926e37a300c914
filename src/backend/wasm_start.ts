import { findBackendFactory, registerBackend, removeBackend } from '@tensorflow/tfjs-core';
import type { KernelBackend } from '@tensorflow/tfjs-core';

/** Starts tfjs's wasm backend. */
export type WasmStart = () => KernelBackend | Promise<KernelBackend>;

const PRIORITY = 2; // that the package gives it
const stocks = new WeakMap<WasmStart, WasmStart>();

/** Has tfjs's wasm backend started by us, in the place of an earlier call's way or of tfjs's own. */
export function startWasmBy(start: (stock: WasmStart) => Promise<KernelBackend>): void {
  const current = findBackendFactory('wasm');
  const stock = stocks.get(current) ?? current;
  const ours: WasmStart = () => start(stock);
  stocks.set(ours, stock);
  removeBackend('wasm');
  registerBackend('wasm', ours, PRIORITY);
}
