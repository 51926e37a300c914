import { describe, expect, it } from 'vitest';
import { NestedMode } from '../../src/internal/nested_mode.js';

describe('NestedMode', () => {
  it('is on inside, also when nested, and off outside', () => {
    const mode = new NestedMode();
    const other = new NestedMode();
    const seen: boolean[] = [];
    const see = () => seen.push(mode.isOn);
    see();
    const answer = mode.during('f', () => {
      see();
      mode.during('f', see);
      see();
      expect(other.isOn).toBe(false);
      return 42;
    });
    see();
    expect(answer).toBe(42);
    expect(seen).toEqual([false, true, true, true, false]);
  });

  it('is off again after an error, its own included', () => {
    const mode = new NestedMode();
    const wrong = new Error('wrong');
    expect(() =>
      mode.during('f', () => {
        throw wrong;
      }),
    ).toThrow(wrong);
    expect(() => mode.during('withMode', async () => 1)).toThrow(
      /^withMode: `fn` must be a synchronous function\. Received: "one that returns a promise"/,
    );
    expect(mode.isOn).toBe(false);
  });
});
