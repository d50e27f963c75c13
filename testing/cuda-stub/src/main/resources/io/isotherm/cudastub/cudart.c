/* CUDA's runtime: devices, memory, streams and events. */
#include "cudastub.h"
#include <pthread.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { DEVICES = 2, BLOCKS = 4096, HANDLES = 1024, COPIES = 4096 };
enum { STREAM = 100, EVENT };

typedef struct { char *address; size_t bytes; int device; } Block; /* device -1: pinned on the host */
typedef struct { int kind, device, recorded; cudaStream_t stream; } Handle;
typedef struct { void *to; const void *from; size_t bytes; cudaStream_t stream; } Copy;

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static Block blocks[BLOCKS];
static Handle *handles[HANDLES];
static Copy copies[COPIES];
static int copy_count, refusals;
static int shared_bytes = 100 << 10, rounds_sums;
static int device_count = 1, driver_version = 13000;
static size_t device_bytes = (size_t) 1 << 30;
static char planted_call[64];
static int planted_error, planted_stays, lost;
static __thread int current, last_error;

/* For tests. */
int stubRefusals(void) { return refusals; }
void stubDevices(int count) { device_count = count; }
void stubDriver(int version) { driver_version = version; }
void stubShared(int bytes) { shared_bytes = bytes; }
void stubRoundSums(void) { rounds_sums = 1; }
void stubMemory(size_t bytes) { device_bytes = bytes; }
/* The next call of that name gives the error; if it stays, all later ones do, too. */
void stubPlant(const char *call, int error, int stays) {
  pthread_mutex_lock(&lock);
  snprintf(planted_call, sizeof planted_call, "%s", call);
  planted_error = error;
  planted_stays = stays;
  lost = 0;
  pthread_mutex_unlock(&lock);
}
/* As it was in the beginning, but for what lives. */
void stubReset(void) {
  stubPlant("", 0, 0);
  device_count = 1;
  driver_version = 13000;
  device_bytes = (size_t) 1 << 30;
  shared_bytes = 100 << 10;
  rounds_sums = 0;
  refusals = 0;
}
/* What lives: blocks on the device, pinned blocks, streams with events and handles. */
void stubLive(int *counts) {
  counts[0] = counts[1] = counts[2] = 0;
  pthread_mutex_lock(&lock);
  for (int i = 0; i < BLOCKS; i++)
    if (blocks[i].address) counts[blocks[i].device < 0 ? 1 : 0]++;
  for (int i = 0; i < HANDLES; i++) counts[2] += handles[i] != NULL;
  pthread_mutex_unlock(&lock);
}

int stub_refuse(const char *call, const char *why, ...) {
  va_list values;
  va_start(values, why);
  fprintf(stderr, "CUDA stub: %s: ", call);
  vfprintf(stderr, why, values);
  fprintf(stderr, "\n");
  va_end(values);
  __atomic_add_fetch(&refusals, 1, __ATOMIC_SEQ_CST);
  return 0;
}

int stub_planted(const char *call) {
  pthread_mutex_lock(&lock);
  int error = lost;
  if (!error && planted_error && !strcmp(call, planted_call)) {
    error = planted_error;
    if (planted_stays) lost = error;
    planted_error = 0;
  }
  pthread_mutex_unlock(&lock);
  return error;
}

/* Every call of the runtime ends here. */
static cudaError_t ends(int error) {
  if (error) last_error = error;
  return (cudaError_t) error;
}
#define BEGIN(call) do { int e_ = stub_planted(call); if (e_) return ends(e_); } while (0)

static int within(int device, const void *address, size_t bytes) {
  for (int i = 0; i < BLOCKS; i++)
    if (blocks[i].address && blocks[i].device == device && (const char *) address >= blocks[i].address
        && (const char *) address + bytes <= blocks[i].address + blocks[i].bytes)
      return 1;
  return 0;
}
int stub_on_device(const char *call, const char *what, const void *address, size_t bytes) {
  pthread_mutex_lock(&lock);
  int found = within(current, address, bytes);
  pthread_mutex_unlock(&lock);
  return found || stub_refuse(call, "%s: %zu bytes from %p are not all on device %d", what, bytes, address, current);
}
int stub_on_host(const char *call, const char *what, const void *address, size_t bytes) {
  int found = !address;
  pthread_mutex_lock(&lock);
  for (int d = 0; d < DEVICES; d++) found |= within(d, address, 1);
  pthread_mutex_unlock(&lock);
  return !found || (!address && !bytes) || stub_refuse(call, "%s: %p is not on the host", what, address);
}

static Handle *live(int kind, const void *handle) {
  for (int i = 0; i < HANDLES; i++)
    if (handles[i] && (const void *) handles[i] == handle && handles[i]->kind == kind) return handles[i];
  return NULL;
}
void *stub_handle(int kind) {
  Handle *created = calloc(1, sizeof *created);
  created->kind = kind;
  created->device = current;
  pthread_mutex_lock(&lock);
  int i = 0;
  while (i < HANDLES && handles[i]) i++;
  if (i == HANDLES) abort();
  handles[i] = created;
  pthread_mutex_unlock(&lock);
  return created;
}
int stub_free_handle(const char *call, int kind, void *handle) {
  pthread_mutex_lock(&lock);
  int found = 0;
  for (int i = 0; i < HANDLES && !found; i++)
    if (handles[i] && (void *) handles[i] == handle && handles[i]->kind == kind) {
      free(handles[i]);
      handles[i] = NULL;
      found = 1;
    }
  pthread_mutex_unlock(&lock);
  return found || stub_refuse(call, "%p is no live handle", handle);
}
static int is_current(const char *call, int kind, const void *handle) {
  pthread_mutex_lock(&lock);
  Handle *found = live(kind, handle);
  int device = found ? found->device : -1;
  pthread_mutex_unlock(&lock);
  if (!found) return stub_refuse(call, "%p is no live handle", handle);
  return device == current || stub_refuse(call, "the handle is of device %d, and the thread uses %d", device, current);
}
int stub_is_handle(const char *call, int kind, void *handle) { return is_current(call, kind, handle); }
int stub_set_stream(const char *call, int kind, void *handle, cudaStream_t stream) {
  if (!is_current(call, kind, handle) || !is_current(call, STREAM, stream)) return 0;
  ((Handle *) handle)->stream = stream;
  return 1;
}

/* Makes the copies that wait in a stream. */
static void make_copies(cudaStream_t stream) {
  pthread_mutex_lock(&lock);
  int kept = 0;
  for (int i = 0; i < copy_count; i++) {
    if (copies[i].stream == stream) memcpy(copies[i].to, copies[i].from, copies[i].bytes);
    else copies[kept++] = copies[i];
  }
  copy_count = kept;
  pthread_mutex_unlock(&lock);
}
int stub_begins(const char *call, int kind, void *handle) {
  if (!is_current(call, kind, handle)) return 0;
  cudaStream_t stream = ((Handle *) handle)->stream;
  if (!stream) return stub_refuse(call, "the handle has no stream");
  make_copies(stream);
  return 1;
}

int stub_begins_stream(const char *call, cudaStream_t stream) {
  if (!is_current(call, STREAM, stream)) return 0;
  make_copies(stream);
  return 1;
}
int stub_shared_bytes(void) { return shared_bytes; }
int stub_rounds_sums(void) { return rounds_sums; }
int stub_device(void) { return current; }

cudaError_t cudaRuntimeGetVersion(int *version) { *version = 13000; return cudaSuccess; }
cudaError_t cudaDriverGetVersion(int *version) { *version = driver_version; return cudaSuccess; }
cudaError_t cudaGetDeviceCount(int *count) {
  BEGIN("cudaGetDeviceCount");
  *count = device_count;
  return ends(device_count ? 0 : 100);
}
cudaError_t cudaSetDevice(int device) {
  BEGIN("cudaSetDevice");
  if (device < 0 || device >= device_count) return ends(cudaErrorInvalidDevice);
  current = device;
  return cudaSuccess;
}
cudaError_t cudaGetDeviceProperties(struct cudaDeviceProp *properties, int device) {
  snprintf(properties->name, sizeof properties->name, "Stub %d", device);
  return cudaSuccess;
}
cudaError_t cudaDeviceGetAttribute(int *value, enum cudaDeviceAttr attribute, int device) {
  BEGIN("cudaDeviceGetAttribute");
  if (device < 0 || device >= device_count) return ends(cudaErrorInvalidDevice);
  switch ((int) attribute) {
    case 16: *value = STUB_MULTIPROCESSORS; break;
    case 75: *value = 9; break;
    case 76: *value = 0; break;
    case 97: *value = shared_bytes; break;
    default: return ends((stub_refuse("cudaDeviceGetAttribute", "attribute %d", (int) attribute), cudaErrorInvalidValue));
  }
  return cudaSuccess;
}
static size_t used(int device) {
  size_t sum = 0;
  for (int i = 0; i < BLOCKS; i++)
    if (blocks[i].address && blocks[i].device == device) sum += blocks[i].bytes;
  return sum;
}
cudaError_t cudaMemGetInfo(size_t *free, size_t *total) {
  BEGIN("cudaMemGetInfo");
  pthread_mutex_lock(&lock);
  *total = device_bytes;
  *free = device_bytes - used(current);
  pthread_mutex_unlock(&lock);
  return cudaSuccess;
}

/* Blocks begin with NaNs, so that what nobody wrote shows. */
static cudaError_t allocate(void **address, size_t bytes, int device) {
  pthread_mutex_lock(&lock);
  int i = 0;
  while (i < BLOCKS && blocks[i].address) i++;
  int fits = i < BLOCKS && (device < 0 || bytes + used(device) <= device_bytes);
  if (fits) {
    blocks[i] = (Block) {malloc(bytes), bytes, device};
    memset(blocks[i].address, 0xff, bytes);
    *address = blocks[i].address;
  }
  pthread_mutex_unlock(&lock);
  return ends(fits ? 0 : cudaErrorMemoryAllocation);
}
static cudaError_t release(const char *call, void *address, int device) {
  int found = address == NULL;
  pthread_mutex_lock(&lock);
  for (int i = 0; i < BLOCKS && !found; i++)
    if (blocks[i].address == address && (blocks[i].device < 0) == (device < 0)) {
      memset(address, 0xff, blocks[i].bytes);
      free(address);
      blocks[i].address = NULL;
      found = 1;
    }
  pthread_mutex_unlock(&lock);
  return found ? cudaSuccess : ends((stub_refuse(call, "%p is no live block", address), cudaErrorInvalidValue));
}
cudaError_t cudaMalloc(void **address, size_t bytes) { BEGIN("cudaMalloc"); return allocate(address, bytes, current); }
cudaError_t cudaFree(void *address) { BEGIN("cudaFree"); return release("cudaFree", address, 0); }
cudaError_t cudaHostAlloc(void **address, size_t bytes, unsigned flags) {
  BEGIN("cudaHostAlloc");
  if (flags) return ends((stub_refuse("cudaHostAlloc", "flags %u", flags), cudaErrorInvalidValue));
  return allocate(address, bytes, -1);
}
cudaError_t cudaFreeHost(void *address) { BEGIN("cudaFreeHost"); return release("cudaFreeHost", address, -1); }

cudaError_t cudaMemcpyAsync(void *to, const void *from, size_t bytes, enum cudaMemcpyKind kind, cudaStream_t stream) {
  const char *call = "cudaMemcpyAsync";
  BEGIN(call);
  const void *host = kind == cudaMemcpyHostToDevice ? from : to;
  const void *device = kind == cudaMemcpyHostToDevice ? to : from;
  int right = (kind == cudaMemcpyHostToDevice || kind == cudaMemcpyDeviceToHost) || stub_refuse(call, "kind %d", (int) kind);
  right = right && is_current(call, STREAM, stream) && stub_on_device(call, "device", device, bytes);
  pthread_mutex_lock(&lock);
  int pinned = within(-1, host, bytes);
  pthread_mutex_unlock(&lock);
  right = right && (pinned || stub_refuse(call, "%zu bytes from %p are not all pinned", bytes, host));
  if (!right) return ends(cudaErrorInvalidValue);
  pthread_mutex_lock(&lock);
  if (copy_count == COPIES) abort();
  copies[copy_count++] = (Copy) {to, from, bytes, stream};
  pthread_mutex_unlock(&lock);
  return cudaSuccess;
}

cudaError_t cudaMemsetAsync(void *address, int value, size_t bytes, cudaStream_t stream) {
  BEGIN("cudaMemsetAsync");
  if (!stub_begins_stream("cudaMemsetAsync", stream) || !stub_on_device("cudaMemsetAsync", "address", address, bytes))
    return ends(cudaErrorInvalidValue);
  memset(address, value, bytes);
  return cudaSuccess;
}

cudaError_t cudaStreamCreateWithFlags(cudaStream_t *stream, unsigned flags) {
  BEGIN("cudaStreamCreateWithFlags");
  if (flags != 1) return ends((stub_refuse("cudaStreamCreateWithFlags", "flags %u", flags), cudaErrorInvalidValue));
  *stream = stub_handle(STREAM);
  return cudaSuccess;
}
cudaError_t cudaStreamSynchronize(cudaStream_t stream) {
  BEGIN("cudaStreamSynchronize");
  pthread_mutex_lock(&lock);
  int found = live(STREAM, stream) != NULL;
  pthread_mutex_unlock(&lock);
  if (!found) return ends((stub_refuse("cudaStreamSynchronize", "no live stream"), cudaErrorInvalidValue));
  make_copies(stream);
  return cudaSuccess;
}
cudaError_t cudaStreamDestroy(cudaStream_t stream) {
  BEGIN("cudaStreamDestroy");
  make_copies(stream);
  return stub_free_handle("cudaStreamDestroy", STREAM, stream) ? cudaSuccess : ends(cudaErrorInvalidValue);
}
cudaError_t cudaEventCreateWithFlags(cudaEvent_t *event, unsigned flags) {
  BEGIN("cudaEventCreateWithFlags");
  if (flags != 2) return ends((stub_refuse("cudaEventCreateWithFlags", "flags %u", flags), cudaErrorInvalidValue));
  *event = stub_handle(EVENT);
  return cudaSuccess;
}
cudaError_t cudaEventRecord(cudaEvent_t event, cudaStream_t stream) {
  BEGIN("cudaEventRecord");
  if (!is_current("cudaEventRecord", EVENT, event) || !is_current("cudaEventRecord", STREAM, stream))
    return ends(cudaErrorInvalidValue);
  ((Handle *) event)->stream = stream;
  return cudaSuccess;
}
cudaError_t cudaEventSynchronize(cudaEvent_t event) {
  BEGIN("cudaEventSynchronize");
  if (!is_current("cudaEventSynchronize", EVENT, event)) return ends(cudaErrorInvalidValue);
  make_copies(((Handle *) event)->stream);
  return cudaSuccess;
}
cudaError_t cudaEventDestroy(cudaEvent_t event) {
  BEGIN("cudaEventDestroy");
  return stub_free_handle("cudaEventDestroy", EVENT, event) ? cudaSuccess : ends(cudaErrorInvalidValue);
}
cudaError_t cudaDeviceSynchronize(void) {
  BEGIN("cudaDeviceSynchronize");
  return cudaSuccess;
}
cudaError_t cudaGetLastError(void) {
  int error = lost ? lost : last_error;
  last_error = 0;
  return (cudaError_t) error;
}
const char *cudaGetErrorString(cudaError_t error) {
  switch ((int) error) {
    case 2: return "out of memory";
    case 100: return "no CUDA-capable device is detected";
    case 700: return "an illegal memory access was encountered";
    default: return "an error of the stub";
  }
}
