package io.isotherm.kafka.settings;

import java.util.Comparator;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import org.apache.kafka.clients.admin.AdminClientConfig;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.producer.ProducerConfig;

/** The names of all settings that Kafka's clients have. */
final class SettingNames {

  /** Followed by names that a user chooses: {@code config.providers.file.class}. */
  private static final String PROVIDERS = "config.providers.";

  /** A name with so few wrong letters is a misspelt one. */
  private static final int MAX_WRONG_LETTERS = 2;

  private static final Set<String> KNOWN = known();

  private SettingNames() {}

  static boolean isKnown(String name) {
    return KNOWN.contains(name) || name.startsWith(PROVIDERS);
  }

  /** The setting that was meant, if the name is a misspelt one. */
  static Optional<String> similar(String name) {
    return KNOWN.stream()
        .filter(known -> Math.abs(known.length() - name.length()) <= MAX_WRONG_LETTERS)
        .min(Comparator.comparingInt(known -> distance(known, name)))
        .filter(known -> distance(known, name) <= MAX_WRONG_LETTERS);
  }

  private static Set<String> known() {
    Set<String> names = new TreeSet<>(ProducerConfig.configNames());
    names.addAll(ConsumerConfig.configNames());
    names.addAll(AdminClientConfig.configNames());
    return names;
  }

  /** Levenshtein's distance. */
  private static int distance(String one, String other) {
    int[] above = new int[other.length() + 1];
    for (int j = 0; j < above.length; j++) {
      above[j] = j;
    }
    for (int i = 1; i <= one.length(); i++) {
      int[] row = new int[above.length];
      row[0] = i;
      for (int j = 1; j < row.length; j++) {
        int replaced = above[j - 1] + (one.charAt(i - 1) == other.charAt(j - 1) ? 0 : 1);
        row[j] = Math.min(replaced, 1 + Math.min(above[j], row[j - 1]));
      }
      above = row;
    }
    return above[other.length()];
  }
}
