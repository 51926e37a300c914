/**
 * Makes one step of Adam over `n` elements: m ← β₁m + g, v ← β₂v + g², θ ← θ − rate · m / (√v + ε). Each
 * operation is rounded to float32, as in the same step made of ops.
 */
export function adam(
  value: usize,
  m: usize,
  v: usize,
  gradient: usize,
  newValue: usize,
  newM: usize,
  newV: usize,
  n: i32,
  beta1: f32,
  beta2: f32,
  epsilon: f32,
  rate: f32,
): void {
  const beta1s = f32x4.splat(beta1);
  const beta2s = f32x4.splat(beta2);
  const epsilons = f32x4.splat(epsilon);
  const rates = f32x4.splat(rate);
  const whole = (<usize>(n & ~3)) << 2;
  let i: usize = 0;
  for (; i < whole; i += 16) {
    const g = v128.load(gradient + i);
    const mean = f32x4.add(f32x4.mul(v128.load(m + i), beta1s), g);
    const square = f32x4.add(f32x4.mul(v128.load(v + i), beta2s), f32x4.mul(g, g));
    const direction = f32x4.div(mean, f32x4.add(f32x4.sqrt(square), epsilons));
    v128.store(newM + i, mean);
    v128.store(newV + i, square);
    v128.store(newValue + i, f32x4.sub(v128.load(value + i), f32x4.mul(direction, rates)));
  }
  const end = (<usize>n) << 2;
  for (; i < end; i += 4) {
    const g = load<f32>(gradient + i);
    const mean = load<f32>(m + i) * beta1 + g;
    const square = load<f32>(v + i) * beta2 + g * g;
    const direction = mean / (Mathf.sqrt(square) + epsilon);
    store<f32>(newM + i, mean);
    store<f32>(newV + i, square);
    store<f32>(newValue + i, load<f32>(value + i) - direction * rate);
  }
}
