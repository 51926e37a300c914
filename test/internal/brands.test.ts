import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { runInNewContext } from 'node:vm';
import { describe, expect, it } from 'vitest';
import { GanKitError, isGanKitError } from '../../src/errors.js';
import { isUint8Array } from '../../src/internal/brands.js';
import { checkNumber } from '../../src/internal/check.js';
import { NestedMode } from '../../src/internal/nested_mode.js';
import { decodePNG } from '../../src/io/images/decode_png.js';
import { decodeSafetensors, encodeSafetensors } from '../../src/io/safetensors.js';
import { isShared } from '../../src/kernels/wasm/runtime/threads.js';
import { frechetDistance } from '../../src/metrics/gaussian/frechet_distance.js';
import { kernelDistance } from '../../src/metrics/kernel/kernel_distance.js';
import { writeFileAtomic } from '../../src/node/files/atomic_file.js';
import { encodePNG } from '../../src/node/images/png.js';

/** A value as code in another realm makes it. */
const foreign = <T>(source: string): T => runInNewContext(source) as T;

/** A typed array of another realm. */
const sent = <T extends Uint8Array | Int32Array | Float32Array | Float64Array>(array: T): T =>
  foreign(`new ${array.constructor.name}(${JSON.stringify([...array])})`);

describe('values of another realm', () => {
  it('are no instances of the classes here', () => {
    expect(sent(Uint8Array.of(1)) instanceof Uint8Array).toBe(false);
  });

  it('memory that threads can share is known by what it is', () => {
    expect(isShared({ buffer: foreign('new SharedArrayBuffer(8)') })).toBe(true);
    expect(isShared({ buffer: foreign('new ArrayBuffer(8)') })).toBe(false);
  });

  it('the bytes of files are read and written', async () => {
    const image = { width: 2, height: 1, channels: 1, data: Uint8Array.of(7, 200) } as const;
    const png = encodePNG({ ...image, data: sent(image.data) });
    expect(png).toEqual(encodePNG(image));
    expect((await decodePNG(sent(png))).data).toEqual(image.data);

    const tensors = { w: { shape: [2], data: Float32Array.of(1, -3) } };
    const file = encodeSafetensors({ tensors: { w: { shape: [2], data: sent(tensors.w.data) } } });
    expect(file).toEqual(encodeSafetensors({ tensors }));
    expect(decodeSafetensors(sent(file)).tensors.w!.data).toEqual(tensors.w.data);

    const folder = await mkdtemp(join(tmpdir(), 'gan-kit-realms-'));
    try {
      await writeFileAtomic(join(folder, 'x'), sent(Uint8Array.of(1, 2)));
      expect([...(await readFile(join(folder, 'x')))]).toEqual([1, 2]);
    } finally {
      await rm(folder, { recursive: true });
    }
  });

  it('features and statistics are scored', async () => {
    const statistics = (shift: number) => ({
      mean: Float64Array.of(shift, 0),
      covariance: Float64Array.of(1, 0, 0, 1),
    });
    const { mean, covariance } = statistics(2);
    const fake = { mean: sent(mean), covariance: sent(covariance) };
    expect(await frechetDistance(statistics(0), fake)).toBeCloseTo(4, 12);
    const rows = (k: number) => ({ shape: [3, 2], data: Float32Array.of(1, k, 3, 4, 2 * k, 6) });
    const fakes = { ...rows(3), data: sent(rows(3).data) };
    const options = { subsetSize: 3, subsets: 1 };
    expect(await kernelDistance({ real: rows(1), fake: fakes }, options)).toEqual(
      await kernelDistance({ real: rows(1), fake: rows(3) }, options),
    );
  });

  it('promises and errors are what they do', () => {
    const mode = new NestedMode();
    const late = foreign<Promise<number>>('(async () => 1)()');
    expect(() => mode.during('f', () => late)).toThrow('must be a synchronous function');
    const error = foreign<object>(
      `Object.assign(new Error('x'), { name: 'GanKitError', code: 'value' })`,
    );
    expect(isGanKitError(error)).toBe(true);
    expect(isGanKitError(foreign("new Error('x')"))).toBe(false);
    for (const nothing of [null, undefined, 'GanKitError', { name: 'GanKitError' }])
      expect(isGanKitError(nothing)).toBe(false);
    expect(() => checkNumber('f', 'x', NaN, {})).toThrow(GanKitError);
  });

  it('a typed array is told by its kind, whatever it says of itself', () => {
    expect(isUint8Array(Buffer.from([1]))).toBe(true);
    expect(isUint8Array(Uint8ClampedArray.of(1))).toBe(false);
    expect(isUint8Array({ [Symbol.toStringTag]: 'Uint8Array' })).toBe(false);
  });
});
