package io.isotherm.safetensors;

import io.isotherm.checks.OneLine;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;

/**
 * The header of a document.
 *
 * @param metadata its {@code __metadata__}
 * @param tensors in its order
 */
record Header(Map<String, String> metadata, List<TensorEntry> tensors) {

  Header {
    metadata = Map.copyOf(metadata);
    tensors = List.copyOf(tensors);
  }

  /**
   * Checks that the tensors fill the bytes behind the header: none outside, none twice, none left
   * over, as the format demands.
   */
  void requireFilled(long dataBytes) throws MalformedSafetensorsException {
    List<TensorEntry> ascending = new ArrayList<>(tensors);
    ascending.sort(
        Comparator.comparingLong(TensorEntry::begin).thenComparingLong(TensorEntry::end));
    long filled = 0;
    String last = "none";
    for (TensorEntry tensor : ascending) {
      String name = OneLine.quoted(tensor.name());
      if (tensor.begin() < filled) {
        throw new MalformedSafetensorsException(
            "tensor %s begins at byte %d of the data, inside tensor %s, which ends at byte %d"
                .formatted(name, tensor.begin(), last, filled));
      }
      if (tensor.begin() > filled) {
        throw new MalformedSafetensorsException(
            "bytes %d to %d of the data belong to no tensor, before tensor %s"
                .formatted(filled, tensor.begin(), name));
      }
      if (tensor.end() > dataBytes) {
        throw new MalformedSafetensorsException(
            "tensor %s ends at byte %d of the data, of which there are only %d: truncated, or a"
                    .formatted(name, tensor.end(), dataBytes)
                + " wrong header");
      }
      filled = tensor.end();
      last = name;
    }
    if (filled < dataBytes) {
      throw new MalformedSafetensorsException(
          "bytes %d to %d of the data belong to no tensor, behind the last one"
              .formatted(filled, dataBytes));
    }
  }
}
