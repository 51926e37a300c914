/** The number of workgroups along one axis that every device can run. */
export const MOST_GROUPS = 65_535;

/** Divides, and rounds up. */
export const ceilDiv = (a: number, b: number): number => Math.ceil(a / b);
