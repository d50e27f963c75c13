// A module of kernels as a library: the source that is to be compiled, between threads that are
// fibers and launches by name. Compiled by the stub of NVRTC.
#include "cuda_on_cpu.h"
#include <tuple>
#include <utility>

#include STUB_SOURCE

extern "C" int stub_on_device(const char *call, const char *what, const void *address, size_t bytes);

namespace {
void **arguments;

bool isRight(const char *name, const void *address) { return stub_on_device(name, "argument", address, 1); }
template <typename T> bool isRight(const char *, T) { return true; }

template <typename... T> struct Kernel {
  static void (*function)(T...);
  template <size_t... I> static void call(std::index_sequence<I...>) { function(*(T *)arguments[I]...); }
  static void run() { call(std::index_sequence_for<T...>()); }
  template <size_t... I> static bool check(const char *name, std::index_sequence<I...>) {
    return (isRight(name, *(T *)arguments[I]) && ...);
  }
  static bool prepare(const char *name, void (*kernel)(T...)) {
    function = kernel;
    return check(name, std::index_sequence_for<T...>());
  }
};
template <typename... T> void (*Kernel<T...>::function)(T...);

template <typename... T>
bool launch(const char *name, void (*kernel)(T...), Index grid, Index block, size_t bytes, unsigned together) {
  if (!Kernel<T...>::prepare(name, kernel)) {
    return false;
  }
  cpu::launch(grid, block, bytes, together, Kernel<T...>::run);
  return true;
}
template <typename... T> bool launchThreads(const char *name, void (*kernel)(T...), Index grid, Index block) {
  if (!Kernel<T...>::prepare(name, kernel)) {
    return false;
  }
  cpu::launchThreads(grid, block, Kernel<T...>::run);
  return true;
}
} // namespace

// One launch at a time: what the fibers share is static.
extern "C" int stub_launch(const char *name, unsigned x, unsigned y, unsigned threads, size_t bytes, void **given) {
  arguments = given;
  Index grid = {x, y, 1}, block = {threads, 1, 1};
  if (!strcmp(name, "unpack")) return launchThreads(name, unpack, grid, block);
  // The fourth argument is the size of a gang.
  if (!strcmp(name, "tridiagonalise")) return launch(name, tridiagonalise, grid, block, bytes, *(int *)given[3]);
  if (!strcmp(name, "bisect")) return launch(name, bisect, grid, block, bytes, 1);
  return 0;
}
extern "C" int stub_has(const char *name) {
  return !strcmp(name, "unpack") || !strcmp(name, "tridiagonalise") || !strcmp(name, "bisect");
}
