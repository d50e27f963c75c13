package io.isotherm.client.dl4j;

import io.isotherm.checks.Checks;
import io.isotherm.client.RunCheckpoint;
import java.io.IOException;
import java.nio.file.FileSystem;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.ProviderNotFoundException;
import java.nio.file.StandardCopyOption;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.deeplearning4j.util.ModelSerializer;

/**
 * A run that can be taken up again: the graph with its momentum and its counters, and the rates in
 * force. In a file it is DL4J's model zip with one more entry, which DL4J passes over.
 *
 * @param graph to be trained on
 * @param checkpoint to be handed to {@link io.isotherm.client.TrainingRun#resume}
 */
public record RunArchive(ComputationGraph graph, RunCheckpoint checkpoint) {

  private static final String ENTRY = "isotherm.json";

  /** Checks that both are there. */
  public RunArchive {
    Checks.requirePresent("graph of a run's archive", graph);
    Checks.requirePresent("checkpoint of a run's archive", checkpoint);
  }

  /** Writes {@code file}, or replaces it as a whole: a reader never sees half an archive. */
  public void save(Path file) throws IOException {
    Path folder = file.toAbsolutePath().getParent();
    Path part = Files.createTempFile(folder, file.getFileName().toString(), ".part");
    try {
      ModelSerializer.writeModel(graph, part.toFile(), true);
      try (FileSystem zip = FileSystems.newFileSystem(part)) {
        Files.writeString(zip.getPath(ENTRY), checkpoint.toJson());
      }
      Files.move(part, file, StandardCopyOption.REPLACE_EXISTING, StandardCopyOption.ATOMIC_MOVE);
    } finally {
      Files.deleteIfExists(part);
    }
  }

  /**
   * Reads what {@link #save} wrote.
   *
   * @throws IOException if the file cannot be read, or is not an archive of a run
   */
  public static RunArchive load(Path file) throws IOException {
    RunCheckpoint checkpoint;
    try (FileSystem zip = FileSystems.newFileSystem(file)) {
      Path entry = zip.getPath(ENTRY);
      if (!Files.exists(entry)) {
        throw new IOException(file + ": a saved run must have an entry " + ENTRY + ", found none");
      }
      checkpoint = RunCheckpoint.fromJson(Files.readString(entry));
    } catch (IllegalArgumentException | ProviderNotFoundException e) {
      throw new IOException(file + ": not a saved run: " + e.getMessage(), e);
    }
    return new RunArchive(ModelSerializer.restoreComputationGraph(file.toFile(), true), checkpoint);
  }
}
