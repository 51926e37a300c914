import { fail } from '../../internal/check.js';

/**
 * Refuses options that leave a network without a shape to make it for, and arguments for a network that is given.
 *
 * @param generator The key under which generators are given: `'generators'`.
 */
export function checkNetworksGiven<Key extends string>(
  where: string,
  options: Readonly<
    Partial<Record<Key | 'inputShape' | 'generatorOptions' | 'discriminatorOptions', unknown>>
  >,
  generator: Key,
  discriminator: Key,
): void {
  const { inputShape, generatorOptions, discriminatorOptions } = options as Readonly<
    Record<string, unknown>
  >;
  const isMissing = [generator, discriminator].some((key) => options[key] === undefined);
  if (inputShape === undefined && isMissing)
    fail(
      'value',
      where,
      'inputShape',
      `present unless ${generator} and ${discriminator} are both given`,
      inputShape,
    );
  const refuse = (parameter: string, key: Key, value: unknown) => {
    if (value !== undefined && options[key] !== undefined)
      fail('value', where, parameter, `omitted if ${key} is given`, value);
  };
  refuse('generatorOptions', generator, generatorOptions);
  refuse('discriminatorOptions', discriminator, discriminatorOptions);
}
