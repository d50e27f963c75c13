package io.isotherm.replay;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.json.JsonWriteFeature;
import com.fasterxml.jackson.databind.ObjectWriter;
import io.isotherm.methods.json.Json;
import io.isotherm.terminal.Terminal;
import java.io.UncheckedIOException;
import java.util.List;

/** One JSON object per step and layer, and nothing else; what a layer does not have is null. */
public final class ReplayJson implements ReplayReport {

  private static final ObjectWriter WRITER =
      Json.MAPPER.writer().with(JsonWriteFeature.ESCAPE_NON_ASCII);

  private final Terminal out;

  /** Prints to {@code out}. */
  public ReplayJson(Terminal out) {
    this.out = out;
  }

  @Override
  public void print(RecordedRun run, List<ReplayedLayer> layers) {
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
