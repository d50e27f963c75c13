package io.isotherm.spectral.assembly;

import io.isotherm.contracts.snapshot.SnapshotChunk;
import java.nio.ByteBuffer;
import java.util.Optional;

/** The document of a layer of which not everything has come. */
sealed interface OpenDocument permits OpenWhole, OpenShards {

  /** Takes a chunk in, or says in one line why it does not belong here. The payload is copied. */
  Optional<String> take(SnapshotChunk chunk);

  /** Whether everything has come. */
  boolean isComplete();

  /** What has come, for example {@code 2 of 5 chunks came}. */
  String progress();

  /** The bytes, from 0 to the limit. */
  ByteBuffer bytes();
}
