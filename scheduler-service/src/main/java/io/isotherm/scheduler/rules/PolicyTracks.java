package io.isotherm.scheduler.rules;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonProperty;
import io.isotherm.methods.policy.PolicySpec;
import io.isotherm.spectra.policy.PolicyTrack;
import java.util.Collections;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * What the policies of a run have to know of their own past.
 *
 * @param inForce of the policy in force
 * @param shadows of each shadow policy that remembers anything
 */
public record PolicyTracks(
    PolicyTrack inForce,
    @JsonInclude(JsonInclude.Include.NON_EMPTY) @JsonProperty(defaultValue = "{}")
        SortedMap<String, PolicyTrack> shadows) {

  /** Before the first decision. */
  public static final PolicyTracks NONE =
      new PolicyTracks(PolicyTrack.EMPTY, Collections.emptySortedMap());

  /** Copies the map. */
  public PolicyTracks {
    shadows = shadows == null ? Collections.emptySortedMap() : FrozenMap.of(shadows);
  }

  /** Another policy takes over. */
  PolicyTracks handedOver() {
    return new PolicyTracks(inForce.handedOver(), shadows);
  }

  PolicyTracks withInForce(PolicyTrack next) {
    return new PolicyTracks(next, shadows);
  }

  PolicyTrack shadow(String name) {
    return shadows.getOrDefault(name, PolicyTrack.EMPTY);
  }

  PolicyTracks withShadow(String name, PolicyTrack next) {
    return new PolicyTracks(inForce, FrozenMap.with(shadows, name, next));
  }

  /** Forgets the past of shadows that are gone or have become other policies. */
  PolicyTracks withoutChanged(Map<String, PolicySpec> before, Map<String, PolicySpec> after) {
    SortedMap<String, PolicyTrack> same = new TreeMap<>(shadows);
    same.keySet().removeIf(name -> !before.get(name).equals(after.get(name)));
    return new PolicyTracks(inForce, same);
  }
}
