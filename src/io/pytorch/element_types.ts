/** The type of a tensor's elements. */
export class ElementType {
  constructor(
    /** The name in PyTorch, for example `float32`. */
    readonly name: string,
    /** The name in the safetensors format, or PyTorch's name if the format has none. */
    readonly dtype: string,
    readonly bytes: number,
  ) {}
}

/**
 * The element types: PyTorch's name, the name in the safetensors format, the size in bytes, and the storage class
 * if there is one.
 */
const TABLE: readonly (readonly [name: string, dtype: string, bytes: number, storage?: string])[] =
  [
    ['float32', 'F32', 4, 'Float'],
    ['float64', 'F64', 8, 'Double'],
    ['float16', 'F16', 2, 'Half'],
    ['bfloat16', 'BF16', 2, 'BFloat16'],
    ['int64', 'I64', 8, 'Long'],
    ['int32', 'I32', 4, 'Int'],
    ['int16', 'I16', 2, 'Short'],
    ['int8', 'I8', 1, 'Char'],
    ['uint8', 'U8', 1, 'Byte'],
    ['bool', 'BOOL', 1, 'Bool'],
    // from later versions of PyTorch, in untyped storages
    ['uint16', 'U16', 2],
    ['uint32', 'U32', 4],
    ['uint64', 'U64', 8],
    ['float8_e4m3fn', 'F8_E4M3', 1],
    ['float8_e5m2', 'F8_E5M2', 1],
    ['float8_e8m0fnu', 'F8_E8M0', 1],
    ['float8_e4m3fnuz', 'F8_E4M3FNUZ', 1],
    ['float8_e5m2fnuz', 'F8_E5M2FNUZ', 1],
    // known by name for messages, but not read
    ['complex32', 'complex32', 4],
    ['complex64', 'C64', 8, 'ComplexFloat'],
    ['complex128', 'complex128', 16, 'ComplexDouble'],
    ['qint8', 'qint8', 1, 'QInt8'],
    ['quint8', 'quint8', 1, 'QUInt8'],
    ['qint32', 'qint32', 4, 'QInt32'],
    ['quint4x2', 'quint4x2', 1, 'QUInt4x2'],
    ['quint2x4', 'quint2x4', 1, 'QUInt2x4'],
  ];

/** The element types by PyTorch's name. */
export const ELEMENT_TYPES: ReadonlyMap<string, ElementType> = new Map(
  TABLE.map(([name, dtype, bytes]) => [name, new ElementType(name, dtype, bytes)]),
);

/** The element types by storage class, for example `Float` for torch.FloatStorage. */
export const STORAGE_ELEMENTS: ReadonlyMap<string, ElementType> = new Map(
  TABLE.flatMap(([name, , , storage]) =>
    storage === undefined ? [] : [[storage, ELEMENT_TYPES.get(name)!]],
  ),
);
