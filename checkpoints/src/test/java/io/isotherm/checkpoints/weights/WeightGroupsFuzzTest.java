package io.isotherm.checkpoints.weights;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.isotherm.checks.OneLine;
import io.isotherm.methods.json.Json;
import io.isotherm.safetensors.Checkpoint;
import io.isotherm.safetensors.MalformedSafetensorsException;
import io.isotherm.safetensors.TensorEntry;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Checkpoints of every scheme whose parts no longer fit each other. */
class WeightGroupsFuzzTest {

  private static final long SEED = 20_261_127;
  private static final int MUTATIONS_PER_SCHEME = 300;

  /** Types of one size each, so that a tensor of another type is still as long. */
  private static final List<List<String>> SAME_SIZE =
      List.of(
          List.of("U8", "I8", "F8_E4M3", "F8_E5M2", "F8_E8M0", "BOOL"),
          List.of("F16", "BF16", "I16", "U16"),
          List.of("F32", "I32", "U32"),
          List.of("F64", "I64", "U64", "C64"));

  @TempDir Path folder;

  @SuppressWarnings("ArrayRecordComponent") // Two of them are never compared.
  private record Part(String name, String type, List<Long> shape, byte[] data) {}

  @Test
  void partsThatDoNotFitGiveAWeightOrOneLineAndNothingElse() throws Exception {
    Random random = new Random(SEED);
    int formed = 0;
    int refused = 0;
    for (Path scheme : schemes()) {
      Path file = scheme.resolve("model.safetensors");
      List<Part> parts = parts(file);
      for (int i = 0; i < MUTATIONS_PER_SCHEME; i++) {
        Path mutated = write(mutate(new ArrayList<>(parts), random));
        for (EffectiveWeight weight : weights(mutated, file)) {
          if (isFormed(weight)) {
            formed++;
          } else {
            refused++;
          }
        }
      }
    }

    // Both answers must occur, or the mutations are too tame or too wild to say anything.
    assertThat(formed).isGreaterThan(1000);
    assertThat(refused).isGreaterThan(1000);
  }

  /** The files beside the scheme's own checkpoint speak of the mutated one. */
  private static List<EffectiveWeight> weights(Path mutated, Path file) throws IOException {
    try {
      return WeightGroups.of(Checkpoint.open(mutated), ConfigFiles.beside(file));
    } catch (MalformedSafetensorsException e) {
      return List.of();
    }
  }

  private static boolean isFormed(EffectiveWeight weight) throws IOException {
    if (weight.formation() instanceof Formation.Unformed unformed) {
      assertOneLine(unformed.reason());
      return false;
    }
    if (weight.formation() instanceof Formation.Formed formed) {
      assertOneLine(formed.how());
      try {
        // Nothing that a small file claims is large.
        assertThat(weight.entry().byteLength()).isLessThan(1 << 22);
        assertThat(formed.formula().heapBytes()).isLessThan(64 << 20);
        formed.formula().form(ByteBuffer.allocate((int) weight.entry().byteLength()));
      } catch (UnformableException e) {
        assertOneLine(e.getMessage());
        return false;
      }
    }
    return true;
  }

  private static void assertOneLine(String text) {
    assertThat(text)
        .isNotBlank()
        .doesNotContain("\n", "\r")
        .hasSizeLessThanOrEqualTo(OneLine.MAX_LENGTH);
  }

  private static List<Part> mutate(List<Part> parts, Random random) {
    int changes = 1 + random.nextInt(3);
    for (int i = 0; i < changes && !parts.isEmpty(); i++) {
      int at = random.nextInt(parts.size());
      Part part = parts.get(at);
      switch (random.nextInt(5)) {
        case 0 -> parts.remove(at);
        case 1 -> parts.set(at, withShape(part, reshaped(part.shape(), random)));
        case 2 ->
            parts.set(at, new Part(part.name(), type(part, random), part.shape(), part.data()));
        case 3 -> {
          byte[] data = part.data().clone();
          for (int k = 0; k < 8 && data.length > 0; k++) {
            data[random.nextInt(data.length)] = (byte) random.nextInt(256);
          }
          parts.set(at, new Part(part.name(), part.type(), part.shape(), data));
        }
        default -> parts.set(at, cut(part));
      }
    }
    return parts;
  }

  private static Part withShape(Part part, List<Long> shape) {
    return new Part(part.name(), part.type(), shape, part.data());
  }

  private static List<Long> reshaped(List<Long> shape, Random random) {
    List<Long> changed = new ArrayList<>(shape);
    switch (random.nextInt(4)) {
      case 0 -> Collections.shuffle(changed, random);
      case 1 -> changed.add(random.nextInt(changed.size() + 1), 1L);
      case 2 -> changed = List.of(shape.stream().reduce(1L, (a, b) -> a * b));
      default -> {
        if (changed.size() > 1 && changed.get(0) % 2 == 0) {
          changed.set(0, changed.get(0) / 2);
          changed.set(1, changed.get(1) * 2);
        }
      }
    }
    return changed;
  }

  private static String type(Part part, Random random) {
    for (List<String> types : SAME_SIZE) {
      if (types.contains(part.type())) {
        return types.get(random.nextInt(types.size()));
      }
    }
    return part.type();
  }

  /** Only the first half of the rows. */
  private static Part cut(Part part) {
    if (part.shape().isEmpty() || part.shape().get(0) % 2 != 0) {
      return part;
    }
    List<Long> shape = new ArrayList<>(part.shape());
    shape.set(0, shape.get(0) / 2);
    return new Part(
        part.name(), part.type(), shape, Arrays.copyOf(part.data(), part.data().length / 2));
  }

  private Path write(List<Part> parts) throws IOException {
    ObjectNode header = Json.MAPPER.createObjectNode();
    ByteArrayOutputStream data = new ByteArrayOutputStream();
    for (Part part : parts) {
      ObjectNode entry = header.putObject(part.name());
      entry.put("dtype", part.type());
      part.shape().forEach(entry.putArray("shape")::add);
      entry.putArray("data_offsets").add(data.size()).add(data.size() + part.data().length);
      data.writeBytes(part.data());
    }
    byte[] json = header.toString().getBytes(StandardCharsets.UTF_8);
    ByteArrayOutputStream file = new ByteArrayOutputStream();
    file.writeBytes(
        ByteBuffer.allocate(Long.BYTES)
            .order(ByteOrder.LITTLE_ENDIAN)
            .putLong(json.length)
            .array());
    file.writeBytes(json);
    file.writeBytes(data.toByteArray());
    return Files.write(folder.resolve("mutated.safetensors"), file.toByteArray());
  }

  private static List<Part> parts(Path file) throws Exception {
    List<Part> parts = new ArrayList<>();
    for (Checkpoint.Tensor tensor : Checkpoint.open(file).tensors()) {
      TensorEntry entry = tensor.entry();
      ByteBuffer data = ByteBuffer.allocate((int) entry.byteLength());
      tensor.readBytes(0, data);
      parts.add(new Part(entry.name(), entry.type(), entry.shape(), data.array()));
    }
    return parts;
  }

  private static List<Path> schemes() throws Exception {
    try (Stream<Path> folders =
        Files.list(Path.of(WeightGroupsFuzzTest.class.getResource("/weights").toURI()))) {
      return folders.sorted().toList();
    }
  }
}
