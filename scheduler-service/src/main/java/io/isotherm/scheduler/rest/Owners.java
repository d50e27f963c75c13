package io.isotherm.scheduler.rest;

import io.isotherm.checks.Names;
import io.isotherm.scheduler.NotReadyException;
import io.isotherm.scheduler.RunStores;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jboss.resteasy.reactive.RestResponse;

/** Brings a request about one run to the instance that owns the run. */
@ApplicationScoped
public class Owners {

  private final RunStores stores;

  Owners(RunStores stores) {
    this.stores = stores;
  }

  /**
   * Answers here if this instance owns the run, otherwise with what its owner says.
   *
   * @param forwardedBy the instance that sent the request here, null if a user did: it is not sent
   *     on a second time
   * @param here answers as the owner
   * @param there asks the owner, given as {@code host:port}
   * @throws NotReadyException if the run is changing hands
   */
  RestResponse<Object> answer(
      String run,
      String forwardedBy,
      Supplier<RestResponse<Object>> here,
      Function<String, InstanceClient.Answer> there) {
    if (!Names.isRun(run)) {
      return Errors.unknown(run);
    }
    String owner = stores.ownerOf(run);
    if (owner.equals(stores.self())) {
      return here.get();
    }
    if (forwardedBy != null) {
      throw NotReadyException.onItsWay(run, stores.self(), owner);
    }
    InstanceClient.Answer answer = there.apply(owner);
    return Errors.json(answer.status(), answer.body());
  }
}
