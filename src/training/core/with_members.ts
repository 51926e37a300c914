/** Gives a system members of its own; what is computed on reading stays so. */
export function withMembers<System extends object, Members extends object>(
  system: System,
  members: Members,
): System & Members {
  return Object.defineProperties(system, Object.getOwnPropertyDescriptors(members)) as System &
    Members;
}
