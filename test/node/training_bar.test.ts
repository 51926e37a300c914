import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { TrainingBar } from '../../src/node/run/training_bar.js';

describe('the bar of a training run', () => {
  let shown = '';
  beforeEach(() => {
    shown = '';
    vi.useFakeTimers({ toFake: ['performance', 'Date', 'setTimeout', 'clearTimeout'] });
    vi.spyOn(process.stderr, 'write').mockImplementation((text) => {
      shown += String(text);
      return true;
    });
  });
  afterEach(() => {
    vi.restoreAllMocks();
    vi.useRealTimers();
  });
  const last = () => shown.trimEnd().split('\n').at(-1);

  it('says how far the run is and how long it still takes, a resumed one too', () => {
    const bar = new TrainingBar(100, 200);
    // ten steps in 15 s: the other ninety take 135 s, however many were done before
    vi.advanceTimersByTime(14_999);
    vi.setSystemTime(Date.now() + 1);
    bar.update(110, 'D 1.000 | G 2.000');
    vi.advanceTimersByTime(1);
    expect(last()).toMatch(/^[=-]{20} 110\/200 \| D 1\.000 \| G 2\.000 \| 2:15 left$/);
    vi.advanceTimersByTime(15_000);
    bar.update(200, 'D 0.500 | G 3.000');
    bar.stop();
    expect(last()).toMatch(/^={20} 200\/200 \| D 0\.500 \| G 3\.000 \| 0:00 left$/);
  });
});
