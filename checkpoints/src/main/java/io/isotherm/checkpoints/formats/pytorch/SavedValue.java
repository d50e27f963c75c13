package io.isotherm.checkpoints.formats.pytorch;

import io.isotherm.checkpoints.formats.MalformedFileException;
import io.isotherm.checkpoints.formats.pytorch.PickleValue.Storage;
import io.isotherm.checks.OneLine;

/**
 * What a file of {@code torch.save} holds.
 *
 * @param root of the pickle
 * @param storages finds the bytes of a storage
 */
record SavedValue(PickleValue root, Storages storages) {

  /** Where storages are. */
  interface Storages {

    /**
     * The bytes of a storage.
     *
     * @throws MalformedFileException with one line, if the file does not have them
     */
    StorageBytes of(Storage storage) throws MalformedFileException;
  }

  /** Refuses a storage that claims more than the file has for it. */
  static void requireLength(Storage storage, long bytes) throws MalformedFileException {
    if (storage.count() > bytes / storage.type().bytes()) {
      throw new MalformedFileException(
          "storage %s of %d numbers (%s) has %d bytes in the file: truncated, or a wrong pickle"
              .formatted(
                  OneLine.quoted(storage.key()), storage.count(), storage.type().label(), bytes));
    }
  }
}
