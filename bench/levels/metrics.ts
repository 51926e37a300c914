import type { Level } from '../bench.js';
import { metricsCases } from '../cases/metrics_cases.js';
import { timeAndMemory } from './time_and_memory.js';

/** Makes the level of metrics in float64, compared with NumPy in PyTorch's process; a round takes half a minute. */
export const metrics = (): Level =>
  timeAndMemory({
    ...{ name: 'metrics', title: 'Metrics (NumPy in the place of PyTorch)', cases: metricsCases() },
    by: /^(gan-kit|PyTorch), 1 thread$/, // gan-kit computes metrics on one thread, whatever the backend has
    mostRounds: 5,
  });
