// Measured: what a program pays for one penalty, the repaired gradients and kernels included.
export { GradientPenalty } from 'gan-kit/penalties';
