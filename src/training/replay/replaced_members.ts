/** Replaces members of an object; returns the way back. */
export function replaceMembers(object: object, members: object): () => void {
  const before = Object.keys(members).map(
    (key) => [key, Object.getOwnPropertyDescriptor(object, key)] as const,
  );
  Object.assign(object, members);
  return () => {
    for (const [key, own] of before)
      if (own === undefined) Reflect.deleteProperty(object, key);
      else Object.defineProperty(object, key, own);
  };
}

/** Returns an object of the host with some methods replaced; the others are called on the object itself. */
export function overridden<T extends object>(object: T, methods: object): T {
  return new Proxy(object, {
    get(target, key): unknown {
      if (key in methods) return (methods as Record<PropertyKey, unknown>)[key];
      const value: unknown = Reflect.get(target, key, target);
      return typeof value === 'function' ? (value as () => unknown).bind(target) : value;
    },
  });
}
