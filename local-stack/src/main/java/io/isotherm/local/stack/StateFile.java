package io.isotherm.local.stack;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.core.JsonProcessingException;
import io.isotherm.methods.json.Json;
import io.isotherm.terminal.UserError;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * What a running {@code ./isotherm start} tells other commands about itself, in its data folder. A
 * lock that the operating system takes away from a dead process says whether it still runs.
 */
public final class StateFile implements AutoCloseable {

  private static final String STATE = "state.json";
  private static final String LOCK = "lock";

  private final Path file;
  private final FileChannel lock;

  private StateFile(Path file, FileChannel lock) {
    this.file = file;
    this.lock = lock;
  }

  /**
   * Takes possession of a data folder, until closed.
   *
   * @throws UserError if another process has it
   */
  public static StateFile own(Path data) {
    try {
      FileChannel channel =
          FileChannel.open(data.resolve(LOCK), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
      if (!isLocked(channel)) {
        channel.truncate(0);
        channel.write(UTF_8.encode(Long.toString(ProcessHandle.current().pid())));
        return new StateFile(data.resolve(STATE), channel);
      }
      channel.close();
    } catch (IOException e) {
      throw new UserError("cannot write into %s: %s".formatted(data, e), e);
    }
    throw new UserError(
        read(data)
            .map(
                state ->
                    "already running as process %d, page %s: end it with Ctrl-C there or"
                            .formatted(state.launcherPid(), state.page())
                        + " ./isotherm stop, or use another folder with --data")
            .orElse("another process is just starting with data folder " + data));
  }

  /**
   * What the process that has the data folder says about itself; empty if no process has it.
   *
   * @throws UserError if the state cannot be read
   */
  public static Optional<StackState> ofRunning(Path data) {
    return isOwned(data) ? read(data) : Optional.empty();
  }

  /** Whether a process has the data folder. */
  static boolean isOwned(Path data) {
    if (!Files.exists(data.resolve(LOCK))) {
      return false;
    }
    try (FileChannel channel = FileChannel.open(data.resolve(LOCK), StandardOpenOption.WRITE)) {
      return isLocked(channel);
    } catch (IOException e) {
      throw new UserError("cannot read the state in %s: %s".formatted(data, e), e);
    }
  }

  /**
   * Id of the last process that had the data folder, whether it still has it or is gone; empty if
   * none had.
   */
  static OptionalLong lastOwner(Path data) {
    try {
      return OptionalLong.of(Long.parseLong(Files.readString(data.resolve(LOCK)).strip()));
    } catch (NoSuchFileException | NumberFormatException e) {
      return OptionalLong.empty();
    } catch (IOException e) {
      throw new UserError("cannot read the state in %s: %s".formatted(data, e), e);
    }
  }

  /**
   * What the last process that had the folder has said about itself, whether it still runs or has
   * died before it could take that back.
   */
  static Optional<StackState> last(Path data) {
    return read(data);
  }

  /** Publishes the state. */
  public void write(StackState state) {
    Path part = file.resolveSibling(STATE + ".part");
    try {
      Files.write(part, Json.MAPPER.writeValueAsBytes(state));
      Files.move(part, file, StandardCopyOption.ATOMIC_MOVE);
    } catch (IOException e) {
      throw new UserError("cannot write %s: %s".formatted(file, e), e);
    }
  }

  /** Removes the state and gives the folder free. */
  @Override
  public void close() {
    try {
      Files.deleteIfExists(file);
      lock.close();
    } catch (IOException e) {
      throw new UserError("cannot remove %s: %s".formatted(file, e), e);
    }
  }

  private static Optional<StackState> read(Path data) {
    Path file = data.resolve(STATE);
    if (!Files.exists(file)) {
      return Optional.empty();
    }
    try {
      return Optional.of(Json.MAPPER.readValue(Files.readAllBytes(file), StackState.class));
    } catch (JsonProcessingException e) {
      throw new UserError("%s is damaged: %s".formatted(file, e.getOriginalMessage()), e);
    } catch (IOException e) {
      throw new UserError("cannot read %s: %s".formatted(file, e), e);
    }
  }

  /** Whether somebody else has the lock; if not, the channel has it now. */
  private static boolean isLocked(FileChannel channel) throws IOException {
    try {
      FileLock taken = channel.tryLock();
      return taken == null;
    } catch (OverlappingFileLockException e) {
      return true;
    }
  }
}
