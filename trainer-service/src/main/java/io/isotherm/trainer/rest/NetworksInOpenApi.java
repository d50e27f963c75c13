package io.isotherm.trainer.rest;

import io.isotherm.trainer.network.Networks;
import io.quarkus.smallrye.openapi.OpenApiFilter;
import java.util.List;
import org.eclipse.microprofile.openapi.OASFilter;
import org.eclipse.microprofile.openapi.models.OpenAPI;

/** Shows in the OpenAPI document which networks can be ordered; an annotation cannot ask for it. */
@OpenApiFilter(stages = OpenApiFilter.RunStage.BUILD)
public class NetworksInOpenApi implements OASFilter {

  @Override
  public void filterOpenAPI(OpenAPI document) {
    document
        .getComponents()
        .getSchemas()
        .get("RunOrder")
        .getProperties()
        .get("network")
        .setEnumeration(List.copyOf(Networks.names()));
  }
}
