/* The driver: modules and launches. */
#include "cudastub.h"
#include <dlfcn.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

enum { FREELY_SHARED_BYTES = 48 << 10, MOST_SHARED_BYTES = 8, MOST_ROWS = 65535 };

struct CUmod_st { int device; int (*launch)(const char *, unsigned, unsigned, unsigned, size_t, void **); int (*has)(const char *); };
struct CUfunc_st { struct CUmod_st *module; char name[64]; int shared_bytes; };

static pthread_mutex_t one_launch = PTHREAD_MUTEX_INITIALIZER;
static int running_blocks;

CUresult cuModuleLoadData(CUmodule *module, const void *image) {
  int error = stub_planted("cuModuleLoadData");
  if (error) return error;
  void *library = dlopen(image, RTLD_NOW | RTLD_LOCAL);
  if (!library) return stub_refuse("cuModuleLoadData", "%s", dlerror()), 200;
  *module = calloc(1, sizeof **module);
  (*module)->device = stub_device();
  (*module)->launch = (int (*)(const char *, unsigned, unsigned, unsigned, size_t, void **)) dlsym(library, "stub_launch");
  (*module)->has = (int (*)(const char *)) dlsym(library, "stub_has");
  return 0;
}
CUresult cuModuleGetFunction(CUfunction *function, CUmodule module, const char *name) {
  if (!module->has(name)) return 500;
  *function = calloc(1, sizeof **function);
  (*function)->module = module;
  strncpy((*function)->name, name, sizeof (*function)->name - 1);
  (*function)->shared_bytes = FREELY_SHARED_BYTES;
  return 0;
}
CUresult cuFuncSetAttribute(CUfunction function, CUfunction_attribute attribute, int value) {
  if ((int) attribute != MOST_SHARED_BYTES || value < 0 || value > stub_shared_bytes())
    return stub_refuse("cuFuncSetAttribute", "attribute %d value %d", (int) attribute, value), 1;
  if (value > FREELY_SHARED_BYTES) function->shared_bytes = value;
  return 0;
}

CUresult cuLaunchKernel(CUfunction function, unsigned x, unsigned y, unsigned z, unsigned threads, unsigned threads_y,
    unsigned threads_z, unsigned shared_bytes, CUstream stream, void **parameters, void **extra) {
  const char *call = "cuLaunchKernel";
  int error = stub_planted(call);
  if (error) return error;
  int right = (function->module->device == stub_device() || stub_refuse(call, "the module is of device %d", function->module->device))
      && ((x > 0 && y > 0 && y <= MOST_ROWS && z == 1 && threads > 0 && threads <= 1024 && threads_y == 1 && threads_z == 1 && !extra)
          || stub_refuse(call, "grid %u x %u x %u of %u x %u x %u", x, y, z, threads, threads_y, threads_z))
      && ((int) shared_bytes <= function->shared_bytes || stub_refuse(call, "%u bytes of shared memory", shared_bytes))
      && stub_begins_stream(call, stream);
  if (!right) return 1;
  /* Blocks of a gang wait for each other: all of them, of all launches, must find a multiprocessor. */
  int gang = strcmp(function->name, "tridiagonalise") ? 1 : *(int *) parameters[3];
  int blocks = gang > 1 ? (int) x : 0;
  int all = __atomic_add_fetch(&running_blocks, blocks, __ATOMIC_SEQ_CST);
  right = all <= STUB_MULTIPROCESSORS || stub_refuse(call, "%d blocks wait for each other on %d multiprocessors", all, STUB_MULTIPROCESSORS);
  if (right) {
    pthread_mutex_lock(&one_launch);
    right = function->module->launch(function->name, x, y, threads, shared_bytes, parameters);
    pthread_mutex_unlock(&one_launch);
  }
  __atomic_sub_fetch(&running_blocks, blocks, __ATOMIC_SEQ_CST);
  return right ? 0 : 1;
}
