package io.isotherm.checkpoints.formats.gguf;

import static io.isotherm.checkpoints.formats.gguf.GgufFiles.header;
import static io.isotherm.checkpoints.formats.gguf.GgufFiles.join;
import static io.isotherm.checkpoints.formats.gguf.GgufFiles.longNumber;
import static io.isotherm.checkpoints.formats.gguf.GgufFiles.number;
import static io.isotherm.checkpoints.formats.gguf.GgufFiles.tensor;
import static io.isotherm.checkpoints.formats.gguf.GgufFiles.text;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.isotherm.checkpoints.formats.BinaryMutations;
import io.isotherm.checkpoints.formats.FileFuzz;
import io.isotherm.checkpoints.formats.MalformedFileException;
import io.isotherm.checkpoints.weights.ConfigFiles;
import io.isotherm.checkpoints.weights.EffectiveWeight;
import io.isotherm.checkpoints.weights.Formation;
import io.isotherm.checkpoints.weights.WeightGroups;
import io.isotherm.safetensors.Checkpoint;
import io.isotherm.safetensors.TensorEntry;
import io.isotherm.safetensors.TensorFile;
import java.io.RandomAccessFile;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Map;
import java.util.Random;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class GgufFileTest {

  private static final GgufFormat GGUF = new GgufFormat();

  /** The gguf package computes in single precision, this in double. */
  private static final double ROUNDING = 2e-6;

  private static final long SEED = 20_261_128;
  private static final int MUTATIONS = 2_000;

  @TempDir Path folder;

  @Test
  void everyWeightIsWhatTheGgufPackageDequantises() throws Exception {
    Map<String, EffectiveWeight> weights = weights();

    Checkpoint expected = Checkpoint.open(resource().resolveSibling("expected.safetensors"));
    assertThat(expected.tensors()).hasSize(12);
    for (Checkpoint.Tensor tensor : expected.tensors()) {
      EffectiveWeight weight = weights.get(tensor.entry().name());
      assertThat(weight.shape()).as(tensor.entry().name()).isEqualTo(tensor.entry().shape());
      ByteBuffer theirs = bytes(tensor);
      if (weight.formation() instanceof Formation.Stored stored) {
        assertThat(stored.tensor().entry().type()).isEqualTo(tensor.entry().type());
        assertThat(bytes(stored.tensor())).isEqualTo(theirs);
      } else {
        assertClose(tensor.entry().name(), formed(weight), theirs);
      }
    }
  }

  @Test
  void howAWeightWasFormedIsSaidAndWhatIsNotDequantisedIsNamed() throws Exception {
    Map<String, EffectiveWeight> weights = weights();

    assertThat(weights.get("blk.0.attn_q.weight").how()).hasValue("dequantised Q8_0");
    assertThat(weights.get("blk.0.attn_k.weight").how()).hasValue("dequantised Q4_0");
    assertThat(weights.get("blk.0.ffn_gate.weight").how()).hasValue("dequantised Q4_K");
    assertThat(weights.get("blk.0.ffn_down.weight").how()).hasValue("dequantised Q6_K");
    assertThat(weights.get("blk.1.attn_v.weight").formation())
        .isEqualTo(new Formation.Unformed("type Q5_K is not dequantised"));
  }

  @Test
  void aChangedFileGivesTensorsThatLieInsideItOrOneLine() throws Exception {
    byte[] valid = Files.readAllBytes(resource());
    byte[] header = Arrays.copyOf(valid, 2_000);
    FileFuzz.loadClasses(GGUF, resource(), folder);
    Random random = new Random(SEED);
    int read = 0;
    for (int i = 0; i < MUTATIONS; i++) {
      byte[] mutated = BinaryMutations.mutate(header, random);
      byte[] whole = Arrays.copyOf(mutated, mutated.length + valid.length - header.length);
      System.arraycopy(valid, header.length, whole, mutated.length, valid.length - header.length);
      read += FileFuzz.isRead(GGUF, Files.write(folder.resolve("mutated.gguf"), whole)) ? 1 : 0;
    }

    // Both answers must occur, or the mutations are too tame or too wild to say anything.
    assertThat(read).isBetween(MUTATIONS / 50, MUTATIONS * 9 / 10);
  }

  @Test
  void aHeaderThatClaimsWhatIsNotThereIsRefused() throws Exception {
    assertRefused(header(3, 1, 0), "the header breaks off at byte 24: truncated");
    assertRefused(
        header(3, 1L << 40, 0), "it must hold at most 500000 tensors, got: 1099511627776");
    assertRefused(header(3, 0, 1L << 62), "the header breaks off at byte 24: truncated");
    assertRefused(header(1, 0, 0), "GGUF of version 1 is not read, only 2 and 3; convert it again");
    assertRefused(
        header(0x0300_0000, 0, 0),
        "it is GGUF of a big-endian machine; convert it again for a little-endian one");
    assertRefused(
        join(header(3, 0, 1), text("a"), number(9), number(4), longNumber(1L << 60)),
        "the header breaks off at byte 49: truncated");
    assertRefused(
        join(
            header(3, 0, 1),
            text("a"),
            number(9),
            number(9),
            longNumber(1),
            number(9),
            longNumber(1),
            number(9),
            longNumber(1),
            number(9),
            longNumber(1),
            number(9),
            longNumber(1),
            number(9),
            longNumber(1)),
        "the metadata has a value of type 9 in 5 arrays");
    assertRefused(
        join(header(3, 1, 0), tensor("a", 0, 0, 1L << 40, 1L << 40)),
        "shape [1099511627776, 1099511627776] or offset 0 of tensor 'a' overflows");
    assertRefused(
        join(header(3, 1, 0), tensor("a", 12, 0, 100, 2)),
        "rows of tensor 'a' must be whole blocks of 256 (Q4_K), got shape: [2, 100]");
    assertRefused(
        join(header(3, 1, 0), tensor("a", 0, 32, 2, 2)),
        "tensor 'a' ends at byte 144 of the file, of which there are only 65: truncated, or a wrong"
            + " header");
    assertRefused(
        join(header(3, 2, 0), tensor("a", 0, 0, 2), tensor("b", 0, 4, 2), new byte[100]),
        "tensor 'b' begins at byte 100 of the file, inside tensor 'a'");
    assertRefused(
        join(header(3, 2, 0), tensor("a", 0, 0, 2), tensor("a", 0, 32, 2), new byte[100]),
        "the names of two tensors are both 'a'");
  }

  @Test
  void aTypeThatIsNotKnownIsNamedByItsNumber() throws Exception {
    Path file = folder.resolve("new.gguf");
    Files.write(file, join(header(3, 1, 0), tensor("a.weight", 77, 0, 32, 4), new byte[100]));

    assertThat(WeightGroups.of(Checkpoint.open(file, GGUF), ConfigFiles.beside(file)))
        .extracting(EffectiveWeight::formation)
        .containsExactly(new Formation.Unformed("type GGML_77 is not dequantised"));
  }

  /** The second tensor begins behind the fourth GiB; the file is sparse. */
  @Test
  void aFileOfMoreThanTwoGigabytesIsRead() throws Exception {
    Path file = folder.resolve("large.gguf");
    long first = 4L << 30;
    byte[] header = join(header(3, 2, 0), tensor("a", 0, 0, 1L << 30), tensor("b", 0, first, 2));
    long begin = (header.length + 31L) / 32 * 32;
    try (RandomAccessFile out = new RandomAccessFile(file.toFile(), "rw")) {
      out.write(header);
      out.seek(begin + first);
      out.write(new byte[] {1, 2, 3, 4, 5, 6, 7, 8});
    }

    TensorFile read = GGUF.open(file);

    ByteBuffer data = ByteBuffer.allocate(8);
    read.readBytes(read.tensors().get(1), 0, data);
    assertThat(data.array()).containsExactly(1, 2, 3, 4, 5, 6, 7, 8);
  }

  @Test
  void aPartOfSeveralIsTold() throws Exception {
    Path file = folder.resolve("part.gguf");
    Files.write(
        file,
        join(
            header(3, 0, 2),
            text("split.no"),
            number(2),
            new byte[] {1, 0},
            text("split.count"),
            number(2),
            new byte[] {3, 0}));

    assertThat(GGUF.open(file).notes()).containsExactly(file + " is part 2 of 3 of a checkpoint");
  }

  private void assertRefused(byte[] content, String message) throws Exception {
    Path file = Files.write(folder.resolve("hostile.gguf"), content);
    assertThatThrownBy(() -> GGUF.open(file))
        .isInstanceOf(MalformedFileException.class)
        .hasMessage(file + ": " + message);
  }

  private static void assertClose(String name, ByteBuffer values, ByteBuffer expected) {
    double largest = 0;
    for (int at = 0; at < expected.limit(); at += Float.BYTES) {
      largest = Math.max(largest, Math.abs(expected.getFloat(at)));
    }
    assertThat(largest).isPositive();
    for (int at = 0; at < expected.limit(); at += Float.BYTES) {
      assertThat((double) values.getFloat(at))
          .as("element %d of %s", at / Float.BYTES, name)
          .isCloseTo(expected.getFloat(at), within(ROUNDING * largest));
    }
  }

  private static ByteBuffer formed(EffectiveWeight weight) throws Exception {
    ByteBuffer target = ByteBuffer.allocate((int) weight.entry().byteLength());
    ((Formation.Formed) weight.formation()).formula().form(target);
    return target.clear().order(ByteOrder.LITTLE_ENDIAN);
  }

  private static ByteBuffer bytes(Checkpoint.Tensor tensor) throws Exception {
    TensorEntry entry = tensor.entry();
    ByteBuffer data = ByteBuffer.allocate((int) entry.byteLength()).order(ByteOrder.LITTLE_ENDIAN);
    tensor.readBytes(0, data);
    return data;
  }

  private static Map<String, EffectiveWeight> weights() throws Exception {
    return WeightGroups.of(Checkpoint.open(resource(), GGUF), ConfigFiles.beside(resource()))
        .stream()
        .collect(Collectors.toMap(weight -> weight.entry().name(), Function.identity()));
  }

  private static Path resource() throws Exception {
    return Path.of(GgufFileTest.class.getResource("/formats/gguf/model.gguf").toURI());
  }
}
