/**
 * Sorts the names of parameters as PyTorch's `module.parameters()` lists them: a module's own before those of its
 * children, which come in the order of their making. A weight that is normalized by a hook comes after its bias.
 *
 * @param names The names, module by module in the order of their making.
 */
export function inParameterOrder(names: readonly string[]): string[] {
  const own = names.filter((name) => !name.includes('.'));
  const isHooked = (name: string) => name.endsWith('_orig');
  const children = new Map<string, string[]>();
  for (const name of names) {
    const dot = name.indexOf('.');
    if (dot < 0) continue;
    const child = name.slice(0, dot);
    children.set(child, [...(children.get(child) ?? []), name.slice(dot + 1)]);
  }
  return [
    ...own.filter((name) => !isHooked(name)),
    ...own.filter(isHooked),
    ...[...children].flatMap(([child, inner]) =>
      inParameterOrder(inner).map((name) => `${child}.${name}`),
    ),
  ];
}
