package io.isotherm.replay;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectWriter;
import com.fasterxml.jackson.dataformat.csv.CsvMapper;
import com.fasterxml.jackson.dataformat.csv.CsvSchema;
import io.isotherm.terminal.Terminal;
import java.io.UncheckedIOException;
import java.util.List;

/** Comma-separated values with a header line; what a layer does not have is empty. */
public final class ReplayCsv implements ReplayReport {

  private static final CsvSchema SCHEMA =
      CsvSchema.builder().addColumns(ReplayFields.NAMES, CsvSchema.ColumnType.STRING).build();
  private static final ObjectWriter WRITER = new CsvMapper().writer(SCHEMA.withLineSeparator(""));

  private final Terminal out;

  /** Prints to {@code out}. */
  public ReplayCsv(Terminal out) {
    this.out = out;
  }

  @Override
  public void print(RecordedRun run, List<ReplayedLayer> layers) {
    out.print(String.join(",", ReplayFields.NAMES));
    for (ReplayedLayer layer : layers) {
      try {
        out.print(WRITER.writeValueAsString(ReplayFields.of(run, layer)));
      } catch (JsonProcessingException e) {
        throw new UncheckedIOException(e);
      }
      if (out.isClosed()) {
        return;
      }
    }
  }
}
