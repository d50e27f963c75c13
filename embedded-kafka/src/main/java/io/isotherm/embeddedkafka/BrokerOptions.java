package io.isotherm.embeddedkafka;

import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/**
 * What a broker has beyond the plain listener on the loopback interface.
 *
 * @param security adds listeners with encryption and login
 * @param settings further settings under Kafka's own names
 */
public record BrokerOptions(Optional<BrokerSecurity> security, Map<String, String> settings) {

  /** Nothing beyond. */
  public static final BrokerOptions PLAIN = new BrokerOptions(Optional.empty(), Map.of());

  /** Copies the settings. */
  public BrokerOptions {
    settings = Map.copyOf(settings);
  }

  /** The same with listeners for TLS, with and without a login. */
  public BrokerOptions with(BrokerSecurity listeners) {
    return new BrokerOptions(Optional.of(listeners), settings);
  }

  /** The same with one more setting. */
  public BrokerOptions with(String name, String value) {
    Map<String, String> more = new HashMap<>(settings);
    more.put(name, value);
    return new BrokerOptions(security, more);
  }
}
