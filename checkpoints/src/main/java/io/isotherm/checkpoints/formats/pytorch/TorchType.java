package io.isotherm.checkpoints.formats.pytorch;

import java.util.Arrays;
import java.util.Optional;

/** Element types of PyTorch. */
enum TorchType {
  FLOAT64("float64", "DoubleStorage", "F64", 8),
  FLOAT32("float32", "FloatStorage", "F32", 4),
  FLOAT16("float16", "HalfStorage", "F16", 2),
  BFLOAT16("bfloat16", "BFloat16Storage", "BF16", 2),
  FLOAT8_E4M3FN("float8_e4m3fn", "", "F8_E4M3", 1),
  FLOAT8_E5M2("float8_e5m2", "", "F8_E5M2", 1),
  FLOAT8_E4M3FNUZ("float8_e4m3fnuz", "", "F8_E4M3FNUZ", 1),
  FLOAT8_E5M2FNUZ("float8_e5m2fnuz", "", "F8_E5M2FNUZ", 1),
  FLOAT8_E8M0FNU("float8_e8m0fnu", "", "F8_E8M0", 1),
  INT64("int64", "LongStorage", "I64", 8),
  INT32("int32", "IntStorage", "I32", 4),
  INT16("int16", "ShortStorage", "I16", 2),
  INT8("int8", "CharStorage", "I8", 1),
  UINT8("uint8", "ByteStorage", "U8", 1),
  UINT16("uint16", "", "U16", 2),
  UINT32("uint32", "", "U32", 4),
  UINT64("uint64", "", "U64", 8),
  BOOL("bool", "BoolStorage", "BOOL", 1),
  COMPLEX64("complex64", "ComplexFloatStorage", "C64", 8),
  COMPLEX128("complex128", "ComplexDoubleStorage", "C128", 16),
  /** Bytes, whose meaning the tensor says. */
  UNTYPED("", "UntypedStorage", "U8", 1);

  private final String dtype;
  private final String storage;
  private final String label;
  private final int bytes;

  TorchType(String dtype, String storage, String label, int bytes) {
    this.dtype = dtype;
    this.storage = storage;
    this.label = label;
    this.bytes = bytes;
  }

  /** The type that {@code torch.NAME} is. */
  static Optional<TorchType> ofDtype(PickleValue value) {
    return value instanceof PickleValue.Global global && global.module().equals("torch")
        ? Arrays.stream(values())
            .filter(type -> type != UNTYPED && type.dtype.equals(global.name()))
            .findFirst()
        : Optional.empty();
  }

  /** The type of the numbers in a storage of such a class. */
  static Optional<TorchType> ofStorage(PickleValue value) {
    return value instanceof PickleValue.Global global && global.module().startsWith("torch")
        ? Arrays.stream(values())
            .filter(type -> !type.storage.isEmpty() && type.storage.equals(global.name()))
            .findFirst()
        : Optional.empty();
  }

  /** What safetensors calls the type. */
  String label() {
    return label;
  }

  int bytes() {
    return bytes;
  }
}
