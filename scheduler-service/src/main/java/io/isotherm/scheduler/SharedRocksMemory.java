package io.isotherm.scheduler;

import java.util.Map;
import org.apache.kafka.streams.state.RocksDBConfigSetter;
import org.rocksdb.BlockBasedTableConfig;
import org.rocksdb.Cache;
import org.rocksdb.LRUCache;
import org.rocksdb.Options;
import org.rocksdb.RocksDB;
import org.rocksdb.WriteBufferManager;

/**
 * One bound on the native memory of all state stores of this process. By default every store of
 * every partition has a cache and write buffers of its own, about 100 MB each.
 */
public final class SharedRocksMemory implements RocksDBConfigSetter {

  /** Blocks that were read and buffers that are being written, together. */
  private static final long TOTAL_BYTES = 64L << 20;

  private static final long WRITE_BYTES = 32L << 20;
  private static final long BYTES_PER_BUFFER = 2L << 20;

  static {
    RocksDB.loadLibrary();
  }

  // They live as long as the process: stores come and go with their partitions.
  private static final Cache CACHE = new LRUCache(TOTAL_BYTES);
  private static final WriteBufferManager BUFFERS = new WriteBufferManager(WRITE_BYTES, CACHE);

  @Override
  public void setConfig(String store, Options options, Map<String, Object> configs) {
    BlockBasedTableConfig table = (BlockBasedTableConfig) options.tableFormatConfig();
    table.setBlockCache(CACHE);
    table.setCacheIndexAndFilterBlocks(true);
    options.setTableFormatConfig(table);
    options.setWriteBufferManager(BUFFERS);
    options.setWriteBufferSize(BYTES_PER_BUFFER);
  }

  @Override
  public void close(String store, Options options) {
    // The cache and the buffers are the other stores' as well.
  }
}
