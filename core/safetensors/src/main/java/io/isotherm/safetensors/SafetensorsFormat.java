package io.isotherm.safetensors;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;

/** The format that is looked for first, and whose reader says what is wrong with unknown files. */
final class SafetensorsFormat implements TensorFormat {

  @Override
  public String label() {
    return "safetensors";
  }

  @Override
  public List<String> suffixes() {
    return List.of(".safetensors");
  }

  @Override
  public List<String> usualNames() {
    return List.of("model", "adapter_model", "diffusion_pytorch_model");
  }

  @Override
  public boolean begins(byte[] start) {
    return ForeignFormat.isPlausible(start);
  }

  @Override
  public TensorFile open(Path path) throws IOException, MalformedSafetensorsException {
    return SafetensorsFile.open(path);
  }
}
