import type { Level } from '../bench.js';
import { metricsCases } from '../cases/metrics_cases.js';
import { timeAndMemory } from './time_and_memory.js';

/** Metrics in float64 beside NumPy, which PyTorch's process computes them with; half a minute a round. */
export const metrics = (): Level =>
  timeAndMemory({
    ...{ name: 'metrics', title: 'Metrics (NumPy in the place of PyTorch)', cases: metricsCases() },
    by: /^(gan-kit|PyTorch), 1 thread$/, // gan-kit's are of one thread, whatever the backend has
    mostRounds: 5,
  });
