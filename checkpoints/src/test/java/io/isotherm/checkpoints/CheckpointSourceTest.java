package io.isotherm.checkpoints;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.isotherm.checkpoints.weights.ConfigFiles;
import io.isotherm.safetensors.Checkpoint;
import io.isotherm.safetensors.SafetensorsFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What people name, in whatever format it is. */
class CheckpointSourceTest {

  private static final List<String> NETWORK =
      List.of(
          "0.weight",
          "0.bias",
          "1.weight",
          "1.bias",
          "1.running_mean",
          "1.running_var",
          "1.num_batches_tracked",
          "2.weight",
          "2.bias");

  @TempDir Path folder;

  @Test
  void aFolderOfPyTorchIsItsIndexAndNotWhatTheTrainerLeftBeside() throws Exception {
    for (String name :
        List.of(
            "pytorch_model.bin.index.json",
            "pytorch_model-00001-of-00002.bin",
            "pytorch_model-00002-of-00002.bin",
            "training_args.bin")) {
      copy("pytorch/sharded/" + name, name);
    }

    assertThat(open(folder)).containsExactlyElementsOf(NETWORK);
  }

  @Test
  void aCacheFolderThatHasOnlyPyTorchIsRead() throws Exception {
    Path snapshot = folder.resolve("snapshots/0123abcd");
    Files.createDirectories(snapshot);
    Path blob = resource("pytorch/sharded").resolve("pytorch_model-00001-of-00002.bin");
    Files.createSymbolicLink(snapshot.resolve("pytorch_model.bin"), blob);

    assertThat(open(folder)).containsExactlyElementsOf(NETWORK.subList(0, 3));
  }

  @Test
  void shardsWithoutTheirIndexAreOneCheckpoint() throws Exception {
    for (String shard : List.of("-00001-of-00002.bin", "-00002-of-00002.bin")) {
      copy("pytorch/sharded/pytorch_model" + shard, "pytorch_model" + shard);
    }
    copy("pytorch/sharded/training_args.bin", "training_args.bin");

    assertThat(open(folder)).containsExactlyElementsOf(NETWORK);
  }

  @Test
  void ofTwoFormatsInAFolderSafetensorsIsReadAndTheOtherIsTold() throws Exception {
    copy("pytorch/nested/nested.pt", "pytorch_model.bin");
    copy("gguf/model.gguf", "model-Q4_K_M.gguf");
    SafetensorsFile.write(
        folder.resolve("model.safetensors"), Map.of(), List.of(Models.gaussian("a.weight", 3, 4)));

    Checkpoint checkpoint = CheckpointSource.of(folder).open();

    assertThat(names(checkpoint)).containsExactly("a.weight");
    assertThat(checkpoint.notes())
        .containsExactly(
            folder
                + " has files of PyTorch too, such as pytorch_model.bin: those of safetensors are"
                + " read",
            folder
                + " has files of GGUF too, such as model-Q4_K_M.gguf: those of safetensors are read");
  }

  @Test
  void aFileIsToldByItsContentAndNotByItsName() throws Exception {
    copy("pytorch/nested/nested.pt", "model.gguf");
    copy("gguf/model.gguf", "model.pt");

    assertThat(open(folder.resolve("model.gguf"))).contains("encoder.0.weight");
    assertThat(open(folder.resolve("model.pt"))).contains("blk.0.attn_q.weight");
  }

  @Test
  void severalCheckpointsInAFolderAreNotMixed() throws Exception {
    copy("pytorch/nested/nested.pt", "epoch-1.pt");
    copy("pytorch/nested/nested.pt", "epoch-2.pt");

    assertThatThrownBy(() -> open(folder))
        .hasMessage(
            "tensor 'encoder.0.weight' is both in %s and in %s: name the file that is meant"
                .formatted(folder.resolve("epoch-1.pt"), folder.resolve("epoch-2.pt")));
  }

  @Test
  void aFolderWithoutACheckpointSaysWhatItLooksFor() throws Exception {
    assertThatThrownBy(() -> open(folder))
        .hasMessage(
            folder
                + " is a folder: name a file in it; it has no .safetensors, .bin, .pt, .pth, .ckpt"
                + " or .gguf file");
  }

  @Test
  void aConfigurationThatCannotBeReadIsTold() throws Exception {
    Path file = folder.resolve("model.safetensors");
    Files.writeString(folder.resolve("config.json"), "{\"tie_word_embeddings\": true,\n oops");
    Files.writeString(folder.resolve("quantize_config.json"), "[]");
    Files.createDirectory(folder.resolve("adapter_config.json"));

    assertThat(ConfigFiles.beside(file).problems())
        .containsExactly(
            folder.resolve("config.json") + " is not used: it is not JSON at line 2",
            folder.resolve("quantize_config.json") + " is not used: it is not a JSON object",
            folder.resolve("adapter_config.json") + " is not used: it is not a file");
  }

  @Test
  void filesThatAreNotThereAreNoProblem() {
    assertThat(ConfigFiles.beside(folder.resolve("model.safetensors")).problems()).isEmpty();
  }

  private void copy(String resource, String name) throws Exception {
    Files.copy(resource(resource), folder.resolve(name));
  }

  private static List<String> open(Path path) throws Exception {
    return names(CheckpointSource.of(path).open());
  }

  private static List<String> names(Checkpoint checkpoint) {
    return checkpoint.tensors().stream().map(tensor -> tensor.entry().name()).toList();
  }

  private static Path resource(String name) throws Exception {
    return Path.of(CheckpointSourceTest.class.getResource("/formats/" + name).toURI());
  }
}
