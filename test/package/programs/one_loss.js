// Measured: what a program pays for one loss.
export { hinge } from 'gan-kit/losses';
