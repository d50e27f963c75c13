package io.isotherm.checkpoints.formats.pytorch;

import io.isotherm.safetensors.TensorFile;
import io.isotherm.safetensors.TensorFormat;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.regex.Pattern;

/** What {@code torch.save} writes. */
public final class PyTorchFormat implements TensorFormat {

  private static final byte[] ZIP = {'P', 'K', 3, 4};

  /** What transformers and accelerate write beside the weights. */
  private static final Pattern COMPANION =
      Pattern.compile(
          "(training_args|optimizer|scheduler|scaler|sampler|rng_state|random_states)[\\w.-]*");

  @Override
  public String label() {
    return "PyTorch";
  }

  @Override
  public List<String> suffixes() {
    return List.of(".bin", ".pt", ".pth", ".ckpt");
  }

  @Override
  public List<String> usualNames() {
    return List.of("pytorch_model", "adapter_model", "diffusion_pytorch_model", "model");
  }

  @Override
  public boolean isCompanion(String fileName) {
    return COMPANION.matcher(fileName).matches();
  }

  @Override
  public boolean begins(byte[] start) {
    return LegacyFiles.begins(start) || Arrays.equals(Arrays.copyOf(start, ZIP.length), ZIP);
  }

  @Override
  public TensorFile open(Path path) throws IOException {
    return PyTorchFile.open(path);
  }
}
