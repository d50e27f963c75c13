package io.isotherm.checkpoints.formats.gguf;

import io.isotherm.safetensors.TensorFile;
import io.isotherm.safetensors.TensorFormat;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;

/** The format of llama.cpp. */
public final class GgufFormat implements TensorFormat {

  static final byte[] MAGIC = {'G', 'G', 'U', 'F'};

  @Override
  public String label() {
    return "GGUF";
  }

  @Override
  public List<String> suffixes() {
    return List.of(".gguf");
  }

  @Override
  public List<String> usualNames() {
    return List.of("model");
  }

  @Override
  public boolean begins(byte[] start) {
    return Arrays.equals(Arrays.copyOf(start, MAGIC.length), MAGIC);
  }

  @Override
  public TensorFile open(Path path) throws IOException {
    return GgufFile.open(path);
  }
}
