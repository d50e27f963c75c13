package io.isotherm.checkpoints.formats.pytorch;

import static org.assertj.core.api.Assertions.assertThat;

import io.isotherm.checkpoints.formats.BinaryMutations;
import io.isotherm.checkpoints.formats.FileFuzz;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Files of {@code torch.save} that have been changed at random. */
class PyTorchFuzzTest {

  private static final long SEED = 20_261_128;
  private static final int MUTATIONS = 1_000;
  private static final PyTorchFormat PYTORCH = new PyTorchFormat();

  @TempDir Path folder;

  @BeforeEach
  void loadClasses() throws Exception {
    for (String name : List.of("nested/nested.pt", "legacy/legacy.pth")) {
      FileFuzz.loadClasses(PYTORCH, SavedFiles.resource(name), folder);
    }
  }

  @Test
  void aChangedArchiveGivesTensorsThatLieInsideItOrOneLine() throws Exception {
    byte[] valid = Files.readAllBytes(SavedFiles.resource("nested/nested.pt"));
    Random random = new Random(SEED);
    int read = 0;
    for (int i = 0; i < MUTATIONS; i++) {
      read += isRead(BinaryMutations.mutate(valid, random)) ? 1 : 0;
    }

    // Both answers must occur, or the mutations are too tame or too wild to say anything.
    assertThat(read).isBetween(MUTATIONS / 50, MUTATIONS * 9 / 10);
  }

  /** With an optimiser's state, and with objects. */
  @ParameterizedTest
  @CsvSource({"training/training.pt,300", "partly/partly.pt,1000"})
  void aChangedPickleInAWholeArchiveGivesTensorsThatLieInsideItOrOneLine(String name, int mutations)
      throws Exception {
    Map<String, byte[]> valid = SavedFiles.entries(SavedFiles.resource(name));
    String pickle = valid.keySet().stream().filter(n -> n.endsWith("/data.pkl")).findFirst().get();
    Random random = new Random(SEED);
    int read = 0;
    for (int i = 0; i < mutations; i++) {
      Map<String, byte[]> entries = new LinkedHashMap<>(valid);
      entries.put(pickle, BinaryMutations.mutate(valid.get(pickle), random));
      Path file = SavedFiles.write(folder.resolve("mutated.pt"), entries);
      read += FileFuzz.isRead(PYTORCH, file) ? 1 : 0;
    }

    assertThat(read).isBetween(mutations / 50, mutations * 9 / 10);
  }

  @Test
  void aChangedLegacyFileGivesTensorsThatLieInsideItOrOneLine() throws Exception {
    byte[] valid = Files.readAllBytes(SavedFiles.resource("legacy/legacy.pth"));
    Random random = new Random(SEED);
    int read = 0;
    for (int i = 0; i < MUTATIONS; i++) {
      byte[] mutated = BinaryMutations.mutate(valid, random);
      read += LegacyFiles.begins(mutated) && isRead(mutated) ? 1 : 0;
    }

    assertThat(read).isBetween(MUTATIONS / 50, MUTATIONS * 9 / 10);
  }

  private boolean isRead(byte[] content) throws Exception {
    return FileFuzz.isRead(PYTORCH, Files.write(folder.resolve("mutated.pt"), content));
  }
}
