package io.isotherm.checkpoints.formats.pytorch;

import static io.isotherm.checkpoints.formats.pytorch.SavedFiles.pickle;
import static io.isotherm.checkpoints.formats.pytorch.SavedFiles.resource;
import static io.isotherm.checkpoints.formats.pytorch.SavedFiles.tensor;
import static io.isotherm.checkpoints.formats.pytorch.SavedFiles.text;
import static io.isotherm.checkpoints.formats.pytorch.SavedFiles.write;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.isotherm.checkpoints.formats.MalformedFileException;
import io.isotherm.safetensors.Checkpoint;
import io.isotherm.safetensors.TensorEntry;
import java.io.RandomAccessFile;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class PyTorchFileTest {

  private static final PyTorchFormat PYTORCH = new PyTorchFormat();

  @TempDir Path folder;

  @ParameterizedTest
  @CsvSource({
    "views/views.pt",
    "legacy/legacy.pth",
    "protocol4/protocol4.pt",
    "untyped/untyped.pt",
    "marked/marked.pt",
    "lightning/lightning.ckpt",
    "training/training.pt",
    "nested/nested.pt",
    "expanded/expanded.pt",
    "partly/partly.pt",
    "sharded/pytorch_model.bin.index.json"
  })
  void everyTensorIsByteForByteWhatPyTorchReads(String name) throws Exception {
    Path path = resource(name);

    Map<String, Checkpoint.Tensor> read =
        Checkpoint.open(path, PYTORCH).tensors().stream()
            .collect(Collectors.toMap(tensor -> tensor.entry().name(), Function.identity()));

    List<Checkpoint.Tensor> expected =
        Checkpoint.open(path.resolveSibling("expected.safetensors")).tensors();
    assertThat(read.keySet())
        .containsExactlyInAnyOrderElementsOf(
            expected.stream().map(tensor -> tensor.entry().name()).toList());
    for (Checkpoint.Tensor tensor : expected) {
      Checkpoint.Tensor ours = read.get(tensor.entry().name());
      assertThat(ours.entry().type()).isEqualTo(tensor.entry().type());
      assertThat(ours.entry().shape()).isEqualTo(tensor.entry().shape());
      assertThat(bytes(ours, 0)).as(tensor.entry().name()).isEqualTo(bytes(tensor, 0));
    }
  }

  /** Weights in parts are read so, a piece at a time. */
  @Test
  void anyPieceOfATensorThatIsNotInARowIsThatPiece() throws Exception {
    for (Checkpoint.Tensor tensor :
        Checkpoint.open(resource("views/views.pt"), PYTORCH).tensors()) {
      byte[] whole = bytes(tensor, 0);
      for (int from = 0; from < whole.length; from += 1 + whole.length / 7) {
        assertThat(bytes(tensor, from))
            .as("%s from %d", tensor.entry().name(), from)
            .isEqualTo(Arrays.copyOfRange(whole, from, whole.length));
      }
    }
  }

  @Test
  void tensorsStandInTheOrderOfTheNetworkAndNotOfTheAlphabet() throws Exception {
    assertThat(PYTORCH.open(resource("views/views.pt")).tensors())
        .extracting(TensorEntry::name)
        .startsWith("plain.weight", "transposed.weight", "rows.weight", "columns.weight");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "object/object.pt   | its tensors are inside an object of"
            + " 'torch.nn.modules.container.Sequential', of which no code is run: save the network's"
            + " state_dict()",
        "script.pt          | it is a TorchScript program, of which no code is run: save the"
            + " network's state_dict()",
        "numbers/numbers.pt | it holds no tensor",
        "sharded/training_args.bin | it holds an object of 'argparse.Namespace' and no tensor"
      })
  void aFileWhoseTensorsCannotBeHadIsRefusedInOneLine(String name, String message)
      throws Exception {
    Path path = resource(name);

    assertThatThrownBy(() -> PYTORCH.open(path))
        .isInstanceOf(MalformedFileException.class)
        .hasMessage(path + ": " + message);
  }

  @Test
  void whatIsLeftOutIsTold() throws Exception {
    Path expanded = resource("expanded/expanded.pt");
    Path partly = resource("partly/partly.pt");

    assertThat(PYTORCH.open(expanded).notes())
        .containsExactly(
            expanded
                + ": tensor 'table' repeats what is stored once ([1000, 1000]), and is left out");
    assertThat(PYTORCH.open(partly).notes())
        .containsExactly(
            partly
                + ": 9 tensors inside objects of 'torch.nn.modules.container.Sequential' are left"
                + " out");
  }

  @Test
  void nothingThatAPickleNamesIsExecuted() throws Exception {
    Path proof = folder.resolve("proof");
    byte[] bomb =
        pickle(
            "\u0080\2}("
                + text("a")
                + tensor("0", 0, "K\2K\2\u0086", "K\2K\1\u0086")
                + text("b")
                + "cos\nsystem\n"
                + text("touch " + proof)
                + "\u0085Ru.");

    assertThat(PYTORCH.open(write(folder.resolve("bomb.pt"), bomb)).tensors())
        .extracting(TensorEntry::name)
        .containsExactly("a");
    assertThat(proof).doesNotExist();
  }

  @Test
  void aTensorThatIsNotInItsStorageIsRefused() throws Exception {
    assertRefused(
        "\u0080\2}" + text("a") + tensor("0", 0, "K\3K\2\u0086", "K\2K\1\u0086") + "s.",
        "tensor 'a' ends at byte 24 of its storage, which has 16");
    assertRefused(
        "\u0080\2}" + text("a") + tensor("0", 1, "K\2K\2\u0086", "K\2K\1\u0086") + "s.",
        "tensor 'a' ends at byte 20 of its storage, which has 16");
    assertRefused(
        "\u0080\2}" + text("a") + tensor("../0", 0, "K\2K\2\u0086", "K\2K\1\u0086") + "s.",
        "storage '../0' is not in the archive");
    assertRefused(
        "\u0080\2}"
            + text("a")
            + tensor("0", 0, "K\2K\2\u0086", "J\376\377\377\377K\1\u0086")
            + "s.",
        "the pickle is broken: a size of a tensor must be a whole number from 0");
    String huge = "\u008a\u0008\0\0\0\0\0\0\0\100";
    assertRefused(
        "\u0080\2}" + text("a") + tensor("0", 0, huge + huge + "\u0086", "K\1K\1\u0086") + "s.",
        "sizes of tensor 'a' overflow, got: [4611686018427387904, 4611686018427387904]");
  }

  @Test
  void aPickleThatNeverEndsIsRefused() throws Exception {
    String deep = "\u0080\2" + "]".repeat(100) + "a".repeat(99) + ".";
    assertRefused(deep, "the pickle has more than 64 dictionaries or lists in each other");

    // Each list holds the one before it twice.
    StringBuilder doubled = new StringBuilder("\u0080\2]q\0");
    for (int i = 1; i < 60; i++) {
      doubled.append("](h").append((char) (i - 1)).append("h").append((char) (i - 1)).append("eq");
      doubled.append((char) i);
    }
    assertRefused(doubled + ".", "the pickle leads to more than 5000000 values");

    assertRefused(
        "\u0080\2]q\0h\0a.", "the pickle has more than 64 dictionaries or lists in each other");
    assertRefused("\u0080\2X\377\377\377\177a.", "the pickle breaks off at byte 7: truncated");
    assertRefused(
        "\u0080\2\u008d" + "\377".repeat(8) + ".", "the pickle breaks off at byte 11: truncated");
    assertRefused(
        "\u0080\2h\5.", "the pickle is broken: it recalls value 5, which it has not kept");
    assertRefused("\u0080\2(.", "the pickle is broken: it takes a value that is not there");
    assertRefused("\u0080\2\u0082\1.", "the pickle is broken: opcode 0x82 is not known");
  }

  @Test
  void manyValuesInASmallFileAreRefusedBeforeTheyFillTheMemory() throws Exception {
    byte[] empty = new byte[5_000_000];
    Arrays.fill(empty, (byte) ']');
    Path bomb = folder.resolve("bomb.pt");
    try (ZipOutputStream zip = new ZipOutputStream(Files.newOutputStream(bomb))) {
      zip.putNextEntry(new ZipEntry("a/data.pkl"));
      zip.write(empty);
    }

    assertThat(Files.size(bomb)).isLessThan(100_000);
    assertThatThrownBy(() -> PYTORCH.open(bomb))
        .hasMessage(bomb + ": the pickle is broken: it makes more than 4000000 values");
  }

  @Test
  void anArchiveThatIsNotOfTorchSaveIsRefused() throws Exception {
    byte[] good =
        pickle("\u0080\2}" + text("a") + tensor("0", 0, "K\2K\2\u0086", "K\2K\1\u0086") + "s.");
    assertArchiveRefused(
        Map.of("a/other", good), "it is a zip archive with 0 data.pkl, and torch.save writes one");
    assertArchiveRefused(
        Map.of("a/data.pkl", good, "b/data.pkl", good),
        "it is a zip archive with 2 data.pkl, and torch.save writes one");
    assertArchiveRefused(Map.of("a/data.pkl", good), "storage '0' is not in the archive");
    assertArchiveRefused(
        Map.of("a/data.pkl", good, "a/data/0", new byte[12]),
        "storage '0' of 4 numbers (F32) has 12 bytes in the file: truncated, or a wrong pickle");
    assertArchiveRefused(
        Map.of(
            "a/data.pkl",
            good,
            "a/data/0",
            new byte[16],
            "a/byteorder",
            "big".getBytes(StandardCharsets.UTF_8)),
        "its byte order must be little, got: 'big'; save it on a little-endian machine");

    Path compressed = folder.resolve("compressed.pt");
    try (ZipOutputStream zip = new ZipOutputStream(Files.newOutputStream(compressed))) {
      zip.putNextEntry(new ZipEntry("a/data.pkl"));
      zip.write(good);
      zip.putNextEntry(new ZipEntry("a/data/0"));
      zip.write(new byte[16]);
    }
    assertThatThrownBy(() -> PYTORCH.open(compressed))
        .hasMessage(
            compressed + ": storage '0' is compressed, which torch.save does not: save it again");
  }

  @Test
  void aTruncatedArchiveIsRefused() throws Exception {
    byte[] whole = Files.readAllBytes(resource("views/views.pt"));
    Path half = folder.resolve("half.pt");
    Files.write(half, Arrays.copyOf(whole, whole.length / 2));

    assertThatThrownBy(() -> PYTORCH.open(half))
        .isInstanceOf(MalformedFileException.class)
        .hasMessageStartingWith(half + ": it is no whole zip archive (")
        .hasMessageEndingWith("): truncated?");
  }

  /** The second storage begins behind the third GiB; the file is sparse. */
  @Test
  void aLegacyFileOfMoreThanTwoGigabytesIsRead() throws Exception {
    int count = 3 << 28;
    String first = longTensor("0", count);
    String second = longTensor("1", 4);
    String pickles =
        "\u0080\2\u008a\nl\374\234F\371 j\250P\31.\u0080\2M\351\3.\u0080\2}.\u0080\2}("
            + text("a")
            + first
            + text("b")
            + second
            + "u.\u0080\2]("
            + text("0")
            + text("1")
            + "e.";
    Path file = folder.resolve("large.pt");
    long data = pickles.length();
    try (RandomAccessFile out = new RandomAccessFile(file.toFile(), "rw")) {
      out.write(pickle(pickles));
      out.writeLong(Long.reverseBytes(count));
      long next = data + 8 + 4L * count;
      out.setLength(next + 8 + 16);
      out.seek(next);
      out.writeLong(Long.reverseBytes(4));
      out.write(new byte[] {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16});
    }

    List<Checkpoint.Tensor> tensors = Checkpoint.open(file, PYTORCH).tensors();

    assertThat(tensors.get(0).entry().byteLength()).isEqualTo(4L * count);
    assertThat(bytes(tensors.get(1), 0)).startsWith(1, 2, 3).endsWith(15, 16);
    ByteBuffer end = ByteBuffer.allocate(8);
    tensors.get(0).readBytes(4L * count - 8, end);
    assertThat(end.array()).containsOnly(0);
  }

  private static String longTensor(String key, int count) {
    String number =
        "J"
            + (char) (count & 0xff)
            + (char) (count >> 8 & 0xff)
            + (char) (count >> 16 & 0xff)
            + (char) (count >> 24 & 0xff);
    return "ctorch._utils\n_rebuild_tensor_v2\n(("
        + text("storage")
        + "ctorch\nFloatStorage\n"
        + text(key)
        + text("cpu")
        + number
        + "NtQK\0"
        + number
        + "\u0085K\1\u0085\u0089NtR";
  }

  private void assertRefused(String opcodes, String message) throws Exception {
    Path file = write(folder.resolve("hostile.pt"), pickle(opcodes));
    assertThatThrownBy(() -> PYTORCH.open(file)).hasMessage(file + ": " + message);
  }

  private void assertArchiveRefused(Map<String, byte[]> entries, String message) throws Exception {
    Path file = write(folder.resolve("hostile.pt"), entries);
    assertThatThrownBy(() -> PYTORCH.open(file)).hasMessage(file + ": " + message);
  }

  private static byte[] bytes(Checkpoint.Tensor tensor, int from) throws Exception {
    ByteBuffer data = ByteBuffer.allocate((int) tensor.entry().byteLength() - from);
    tensor.readBytes(from, data);
    return data.array();
  }
}
