import { findBackendFactory, registerBackend, removeBackend } from '@tensorflow/tfjs-core';
import type { KernelBackend } from '@tensorflow/tfjs-core';

/** A start of tfjs's wasm backend. */
export type WasmStart = () => KernelBackend | Promise<KernelBackend>;

const PRIORITY = 2; // as in the package
const stocks = new WeakMap<WasmStart, WasmStart>();

/** Replaces the start of tfjs's wasm backend, or that of an earlier call. */
export function startWasmBy(start: (stock: WasmStart) => Promise<KernelBackend>): void {
  const current = findBackendFactory('wasm');
  const stock = stocks.get(current) ?? current;
  const ours: WasmStart = () => start(stock);
  stocks.set(ours, stock);
  removeBackend('wasm');
  registerBackend('wasm', ours, PRIORITY);
}
