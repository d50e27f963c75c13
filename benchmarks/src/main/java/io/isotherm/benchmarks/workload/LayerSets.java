package io.isotherm.benchmarks.workload;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** The layers of whole networks by name, read from {@code layer-sets.txt}. */
final class LayerSets {

  private static final String FILE = "layer-sets.txt";

  private LayerSets() {}

  /** All sets, in the order of the file. */
  static Map<String, List<LayerShape>> read() {
    Map<String, List<LayerShape>> sets = new LinkedHashMap<>();
    try (BufferedReader lines =
        new BufferedReader(
            new InputStreamReader(
                LayerSets.class.getResourceAsStream(FILE), StandardCharsets.UTF_8))) {
      lines
          .lines()
          .filter(line -> !line.isBlank() && !line.startsWith("#"))
          .forEach(line -> addTo(sets, line.split("\\s+")));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return sets;
  }

  private static void addTo(Map<String, List<LayerShape>> sets, String[] fields) {
    List<LayerShape> layers = new ArrayList<>();
    for (int i = 2; i < fields.length; i++) {
      layers.add(LayerShape.parse(fields[i]));
    }
    List<LayerShape> set = sets.computeIfAbsent(fields[0], name -> new ArrayList<>());
    Collections.nCopies(Integer.parseInt(fields[1]), layers).forEach(set::addAll);
  }
}
