/** Adds members to a system; getters stay getters. */
export function withMembers<System extends object, Members extends object>(
  system: System,
  members: Members,
): System & Members {
  return Object.defineProperties(system, Object.getOwnPropertyDescriptors(members)) as System &
    Members;
}
