/** Options of any system that switch recorded steps off. */
export const UNRECORDED = { replay: false };
