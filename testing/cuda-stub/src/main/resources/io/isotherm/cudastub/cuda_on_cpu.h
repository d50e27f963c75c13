// Runs CUDA kernels on a CPU, to test them where there is no device: each thread of each block is a
// fiber, and a fiber gives way where a thread would wait. Include it, then the kernels.
#pragma once
#include <math.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <setjmp.h>
#include <ucontext.h>
#include <vector>

#define __global__
#define __device__
#define __forceinline__ inline
#define __launch_bounds__(...)
#define __shared__ static

struct Index {
  unsigned x, y, z;
};
struct float4 {
  float x, y, z, w;
};
struct double2 {
  double x, y;
};
static inline float4 make_float4(float x, float y, float z, float w) { return {x, y, z, w}; }
static inline double2 make_double2(double x, double y) { return {x, y}; }

namespace cpu {

struct Block;

struct Fiber {
  ucontext_t context; // to begin; from then on `at`, which needs no system call
  jmp_buf at;
  bool begun = false;
  std::vector<char> stack;
  Block *block;
  Index thread;
  bool ended = false;
  double exchanged = 0;
};

struct Block {
  Index index, size;
  std::vector<Fiber *> fibers;
  std::vector<double> memory;
  int alive = 0, waiting = 0;
  std::vector<int> warpWaiting;
};

static ucontext_t scheduler;
static jmp_buf schedulerAt;
static Fiber *running;
static Index gridSize;
static std::vector<Fiber *> ready;

static inline void give(bool again) {
  Fiber *self = running;
  if (again) {
    ready.push_back(self);
  }
  if (!_setjmp(self->at)) {
    _longjmp(schedulerAt, 1);
  }
}

static inline void wakeBlock(Block *block) {
  block->waiting = 0;
  for (Fiber *fiber : block->fibers) {
    if (!fiber->ended && fiber != running) {
      ready.push_back(fiber);
    }
  }
}

static inline void waitForBlock() {
  Block *block = running->block;
  if (++block->waiting == block->alive) {
    wakeBlock(block);
  } else {
    give(false);
  }
}

// All lanes of a warp meet twice: to show their values, and once all have read them.
static inline void waitForWarp() {
  Block *block = running->block;
  unsigned warp = running->thread.x / 32;
  if (++block->warpWaiting[warp] == 32) {
    block->warpWaiting[warp] = 0;
    for (unsigned i = warp * 32; i < warp * 32 + 32; i++) {
      if (block->fibers[i] != running) {
        ready.push_back(block->fibers[i]);
      }
    }
  } else {
    give(false);
  }
}

static inline double exchange(double value, int distance) {
  running->exchanged = value;
  waitForWarp();
  double other = running->block->fibers[running->thread.x ^ (unsigned)distance]->exchanged;
  waitForWarp();
  return other;
}

static void (*body)();
static void enter() {
  body();
  Fiber *self = running;
  self->ended = true;
  Block *block = self->block;
  block->alive--;
  if (block->alive > 0 && block->waiting == block->alive) {
    wakeBlock(block);
  }
  give(false);
}

static Block *begin(Index index, Index size, size_t sharedBytes) {
  Block *block = new Block();
  block->index = index;
  block->size = size;
  block->memory.assign(sharedBytes / 8 + 1, NAN);
  block->alive = (int)size.x;
  block->warpWaiting.assign(size.x / 32 + 1, 0);
  for (unsigned t = 0; t < size.x; t++) {
    Fiber *fiber = new Fiber();
    fiber->block = block;
    fiber->thread = {t, 0, 0};
    fiber->stack.resize(16 << 10);
    getcontext(&fiber->context);
    fiber->context.uc_stack.ss_sp = fiber->stack.data();
    fiber->context.uc_stack.ss_size = fiber->stack.size();
    fiber->context.uc_link = &scheduler;
    makecontext(&fiber->context, (void (*)())enter, 0);
    block->fibers.push_back(fiber);
    ready.push_back(fiber);
  }
  return block;
}

static void runAll() {
  while (!ready.empty()) {
    std::vector<Fiber *> turn;
    turn.swap(ready);
    for (Fiber *fiber : turn) {
      running = fiber;
      if (!_setjmp(schedulerAt)) {
        if (fiber->begun) {
          _longjmp(fiber->at, 1);
        }
        fiber->begun = true;
        setcontext(&fiber->context);
      }
    }
  }
}

static void end(Block *block) {
  if (block->alive) {
    fprintf(stderr, "a block waits for ever at a barrier\n");
    abort();
  }
  for (Fiber *fiber : block->fibers) {
    delete fiber;
  }
  delete block;
}

// Runs a grid, some neighbouring blocks at a time: at least those that wait for each other.
static void launch(Index grid, Index size, size_t sharedBytes, unsigned together, void (*kernel)()) {
  body = kernel;
  gridSize = grid;
  for (unsigned y = 0; y < grid.y; y++) {
    for (unsigned x = 0; x < grid.x; x += together) {
      std::vector<Block *> blocks;
      for (unsigned i = x; i < grid.x && i < x + together; i++) {
        blocks.push_back(begin({i, y, 0}, size, sharedBytes));
      }
      runAll();
      for (Block *block : blocks) {
        end(block);
      }
    }
  }
}

// Runs a grid whose threads never wait, one after the other.
static void launchThreads(Index grid, Index size, void (*kernel)()) {
  gridSize = grid;
  Block block;
  Fiber fiber;
  block.size = size;
  fiber.block = &block;
  running = &fiber;
  for (block.index.y = 0; block.index.y < grid.y; block.index.y++) {
    for (block.index.x = 0; block.index.x < grid.x; block.index.x++) {
      for (fiber.thread.x = 0; fiber.thread.x < size.x; fiber.thread.x++) {
        kernel();
      }
    }
  }
}

} // namespace cpu

#define threadIdx (cpu::running->thread)
#define blockIdx (cpu::running->block->index)
#define blockDim (cpu::running->block->size)
#define gridDim (cpu::gridSize)
#define memory (cpu::running->block->memory.data())
#define __syncthreads() cpu::waitForBlock()
#define __threadfence()
#define __shfl_xor_sync(mask, value, distance) ((decltype(value))cpu::exchange((double)(value), distance))
template <typename T> static inline T __ldcg(const T *from) { return *from; }
template <typename T> static inline void __stcg(T *to, T value) { *to = value; }
static inline unsigned atomicAdd(unsigned *at, unsigned more) {
  unsigned before = *at;
  *at += more;
  return before;
}
// A thread that looks at the clock is waiting for another.
static inline long long clock64() {
  static long long ticks;
  cpu::give(true);
  return ++ticks;
}
static inline float __fdividef(float a, float b) { return a / b; }
static inline float __uint_as_float(unsigned bits) {
  float value;
  memcpy(&value, &bits, 4);
  return value;
}
