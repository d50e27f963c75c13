// Eigenvalues of symmetric matrices on a CUDA device: what cuBLAS and cuSOLVER do not have, or do
// slowly for many matrices of some hundred rows. Compiled by NVRTC when a solver starts, once with
// REAL = float and once with REAL = double.
//
// The tridiagonalisation is Householder's (Golub and Van Loan, Matrix Computations, 4th ed.,
// section 8.3.1), with the update of one step and the matrix-vector product of the next in one pass
// over the upper triangle: each element is read and written once a step. All sums are taken in a
// fixed order, so the same matrix gives the same bits on the same kind of device.

#define LANES 32
#define WARPS 16
#define THREADS (LANES * WARPS)
// Columns that a warp reads at once, four to a lane.
#define WIDTH (4 * LANES)
// Chunks of WIDTH columns whose sums a warp keeps in registers.
#define CHUNKS 2
#define PANEL (CHUNKS * WIDTH)
// Columns whose sums the warps of a block collect before they add them up: 64 KiB of them.
#define REGION (65536 / WARPS / REAL_BYTES)
// Elements of the next row that a thread reads before it needs them.
#define AHEAD 4
// Largest gang in which each block adds up all parts itself, instead of one share for all: it reads
// more and waits once a step less.
#define FEW 16
// Rows from which on one block goes on alone: meeting the others would take longer.
#define ALONE 256
// Clock cycles that a block waits for the others of its gang: some ten seconds.
#define PATIENCE 20000000000LL

struct Four {
  REAL at[4];
};

// Rows of a gang are read past the cache of one multiprocessor, which does not see what others write.
__device__ __forceinline__ Four load(const REAL *from) {
  Four four;
#if REAL_BYTES == 4
  float4 a = __ldcg((const float4 *)from);
  four.at[0] = a.x; four.at[1] = a.y; four.at[2] = a.z; four.at[3] = a.w;
#else
  double2 a = __ldcg((const double2 *)from);
  double2 b = __ldcg((const double2 *)from + 1);
  four.at[0] = a.x; four.at[1] = a.y; four.at[2] = b.x; four.at[3] = b.y;
#endif
  return four;
}

__device__ __forceinline__ void store(REAL *to, const Four &four) {
#if REAL_BYTES == 4
  __stcg((float4 *)to, make_float4(four.at[0], four.at[1], four.at[2], four.at[3]));
#else
  __stcg((double2 *)to, make_double2(four.at[0], four.at[1]));
  __stcg((double2 *)to + 1, make_double2(four.at[2], four.at[3]));
#endif
}

__device__ __forceinline__ Four shared(const REAL *from) { return *(const Four *)from; }

// What a lane reads of two rows within a panel.
struct Pair {
  Four of[2][CHUNKS];
};

__device__ __forceinline__ Pair read(const REAL *a, int ld, int row, int stride, int left, int last,
                                     int lane) {
  Pair pair;
#pragma unroll
  for (int r = 0; r < 2; r++) {
    const int i = row + r * stride;
#pragma unroll
    for (int c = 0; c < CHUNKS; c++) {
      const int start = left + c * WIDTH;
      if (i < last && start + WIDTH > i && start < last) {
        pair.of[r][c] = load(a + (size_t)i * ld + start + 4 * lane);
      }
    }
  }
  return pair;
}

template <typename T> __device__ __forceinline__ T warpSum(T value) {
#pragma unroll
  for (int distance = LANES / 2; distance > 0; distance /= 2) {
    value += __shfl_xor_sync(0xffffffffu, value, distance);
  }
  return value;
}

// The sum over all threads of a block, to all of them. `scratch` has WARPS numbers and must not be
// that of the call before.
__device__ double blockSum(double value, double *scratch) {
  value = warpSum(value);
  if (threadIdx.x % LANES == 0) {
    scratch[threadIdx.x / LANES] = value;
  }
  __syncthreads();
  double sum = 0;
  for (int i = 0; i < WARPS; i++) {
    sum += scratch[i];
  }
  return sum;
}

// Waits until all blocks of a gang have come here as often as this one.
__device__ void meet(unsigned *arrivals, unsigned expected, int *failed) {
  __syncthreads();
  if (threadIdx.x == 0) {
    __threadfence();
    atomicAdd(arrivals, 1u);
    long long begun = clock64();
    while (*(volatile unsigned *)arrivals < expected && !*(volatile int *)failed) {
      if (clock64() - begun > PATIENCE) {
        *(volatile int *)failed = 1;
      }
    }
    __threadfence();
  }
  __syncthreads();
}

// This block's share of the sums over all members' parts of a vector.
__device__ void addShare(const REAL *parts, int members, int member, int from, int n, int ld,
                         REAL *scratch, REAL *sums) {
  const int lane = threadIdx.x % LANES, warp = threadIdx.x / LANES;
  const int share = (n - from + members - 1) / members;
  const int low = from + member * share, high = low + share < n ? low + share : n;
  for (int base = low; base < high; base += LANES) {
    const int j = base + lane;
    REAL total = 0;
    if (j < high) {
      for (int other = warp; other < members; other += WARPS) {
        total += __ldcg(parts + (size_t)other * ld + j);
      }
    }
    scratch[threadIdx.x] = total;
    __syncthreads();
    if (warp == 0 && j < high) {
      for (int i = 1; i < WARPS; i++) {
        total += scratch[i * LANES + lane];
      }
      __stcg(sums + j, total);
    }
    __syncthreads();
  }
}

// Dynamic shared memory: 3 * WARPS doubles, 4 * ld + WARPS * min(REGION, ld) numbers.
//
// matrices: [count][n][ld], upper triangles, destroyed; ld a multiple of 128, at least n
// diagonals, offDiagonals: [count][n]; the last off-diagonal element is 0
// partials: [count][2][gang][ld], sums: [count][ld], arrivals: [count], zero; unused if gang is 1
// failed: one number, zero; 1 afterwards if a block waited in vain
// Grid: count * gang blocks of THREADS. Blocks of a gang wait for each other, so all must run at once.
extern "C" __global__ void __launch_bounds__(THREADS, 1)
    tridiagonalise(REAL *matrices, int n, int ld, int gang, REAL *diagonals, REAL *offDiagonals,
                   REAL *partials, REAL *sums, unsigned *arrivals, int *failed) {
  extern __shared__ double memory[];
  double *scratch = memory; // 3 * WARPS: one for each sum of a step
  REAL *v = (REAL *)(scratch + 3 * WARPS);
  REAL *w = v + ld;
  REAL *next = w + ld;
  REAL *sum = next + ld;
  REAL *columns = sum + ld; // [WARPS][region]
  const int region = ld < REGION ? ld : REGION;
  const int thread = threadIdx.x, lane = thread % LANES, warp = thread / LANES;
  const int matrix = blockIdx.x / gang, member = blockIdx.x % gang;
  REAL *a = matrices + (size_t)matrix * n * ld;
  partials += (size_t)matrix * 2 * gang * ld;
  sums += (size_t)matrix * ld;
  arrivals += matrix;
  int members = n > ALONE ? gang : 1;
  unsigned meetings = 0;
  if (member >= members) {
    return;
  }

  for (int j = thread; j < ld; j += THREADS) {
    v[j] = w[j] = next[j] = sum[j] = 0;
  }
  // What lies right of the matrix is multiplied by zeros, so it must not be NaN.
  for (int i = member * WARPS + warp; i < n; i += members * WARPS) {
    for (int j = n + lane; j < ld; j += LANES) {
      a[(size_t)i * ld + j] = 0;
    }
  }
  // A tiny matrix is scaled by a power of two, so that squares do not vanish.
  double mine = 0;
  for (int i = thread; i < n; i += THREADS) {
    mine += __ldcg(a + (size_t)i * ld + i);
  }
  double trace = blockSum(mine, scratch);
  int exponent = 0;
  if (trace > 0 && trace < 0x1p-30) {
    exponent = -ilogb(trace);
    exponent = exponent > 120 ? 120 : exponent;
  }
  const REAL enlarge = (REAL)ldexp(1.0, exponent), shrink = (REAL)ldexp(1.0, -exponent);
  __syncthreads();

  REAL tau = 0;
  for (int k = 0; k < n; k++) {
    if (members > 1 && n - k <= ALONE) {
      if (member) {
        return;
      }
      members = 1;
    }
    const REAL scale = k == 0 ? enlarge : (REAL)1;
    const REAL *row = a + (size_t)k * ld;
    REAL ahead[AHEAD];
#pragma unroll
    for (int q = 0; q < AHEAD; q++) {
      const int j = k + thread + q * THREADS;
      ahead[q] = j < n ? __ldcg(row + j) : (REAL)0;
    }
    // w = tau y - tau^2/2 (y v) v, with y = A v in `sum`
    double part = 0;
    for (int j = k + thread; j < n; j += THREADS) {
      part += (double)sum[j] * v[j];
    }
    const REAL projection = (REAL)(0.5 * tau * blockSum(part, scratch));
    for (int j = k + thread; j < n; j += THREADS) {
      w[j] = tau * (sum[j] - projection * v[j]);
    }
    __syncthreads();
    // Row k as the last reflection leaves it, and the reflection that clears it.
    const REAL vk = v[k], wk = w[k];
    part = 0;
#pragma unroll
    for (int q = 0; q < AHEAD; q++) {
      const int j = k + thread + q * THREADS;
      if (j < n) {
        const REAL x = scale * ahead[q] - vk * w[j] - wk * v[j];
        next[j] = x;
        part += j > k + 1 ? (double)x * x : 0.0;
      }
    }
    for (int j = k + thread + AHEAD * THREADS; j < n; j += THREADS) {
      const REAL x = scale * __ldcg(row + j) - vk * w[j] - wk * v[j];
      next[j] = x;
      part += j > k + 1 ? (double)x * x : 0.0;
    }
    const double squares = blockSum(part, scratch + WARPS);
    const REAL diagonal = next[k];
    if (member == 0 && thread == 0) {
      diagonals[(size_t)matrix * n + k] = diagonal * shrink;
    }
    if (k == n - 1) {
      if (member == 0 && thread == 0) {
        offDiagonals[(size_t)matrix * n + k] = 0;
      }
      return;
    }
    const double first = next[k + 1];
    double beta = first;
    REAL nextTau = 0, inverse = 0;
    if (squares > 0) {
      beta = -copysign(sqrt(first * first + squares), first);
      nextTau = (REAL)((beta - first) / beta);
      inverse = (REAL)(1 / (first - beta));
    }
    if (member == 0 && thread == 0) {
      offDiagonals[(size_t)matrix * n + k] = (REAL)beta * shrink;
    }
    __syncthreads();
    for (int j = k + thread; j < n; j += THREADS) {
      next[j] = j == k ? (REAL)0 : j == k + 1 ? (REAL)1 : next[j] * inverse;
      sum[j] = 0;
    }
    __syncthreads();

    // One pass over the rows below: A -= v w' + w v', and this block's part of A next.
    const int stride = members * WARPS;
    const int own = member * WARPS + warp;
    const int top = k + 1 + (own - (k + 1) % stride + stride) % stride;
    for (int left = (k + 1) / PANEL * PANEL; left < n; left += PANEL) {
      Four column[CHUNKS];
#pragma unroll
      for (int c = 0; c < CHUNKS; c++) {
        column[c].at[0] = column[c].at[1] = column[c].at[2] = column[c].at[3] = 0;
      }
      const int last = left + PANEL < n ? left + PANEL : n;
      // Rows in pairs, and the next pair on its way while this one is worked on.
      Pair here = read(a, ld, top, stride, left, last, lane);
      for (int i = top; i < last; i += 2 * stride) {
        const Pair ahead = read(a, ld, i + 2 * stride, stride, left, last, lane);
        REAL dots[2] = {0, 0};
#pragma unroll
        for (int c = 0; c < CHUNKS; c++) {
          const int start = left + c * WIDTH;
          if (start + WIDTH > i && start < last) {
            const int j = start + 4 * lane;
            const Four vj = shared(v + j), wj = shared(w + j), nj = shared(next + j);
#pragma unroll
            for (int r = 0; r < 2; r++) {
              const int row = i + r * stride;
              if (row < last && start + WIDTH > row) {
                const REAL vi = v[row], wi = w[row], ni = next[row];
                Four x = here.of[r][c];
#pragma unroll
                for (int q = 0; q < 4; q++) {
                  x.at[q] = scale * x.at[q] - vi * wj.at[q] - wi * vj.at[q];
                  dots[r] += j + q >= row ? x.at[q] * nj.at[q] : (REAL)0;
                  column[c].at[q] += j + q > row ? x.at[q] * ni : (REAL)0;
                }
                store(a + (size_t)row * ld + j, x);
              }
            }
          }
        }
        dots[0] = warpSum(dots[0]);
        dots[1] = warpSum(dots[1]);
        if (lane == 0) {
          sum[i] += dots[0];
          if (i + stride < last) {
            sum[i + stride] += dots[1];
          }
        }
        here = ahead;
      }
#pragma unroll
      for (int c = 0; c < CHUNKS; c++) {
        const int at = left % region + c * WIDTH;
        if (at < region) {
          *(Four *)(columns + warp * region + at + 4 * lane) = column[c];
        }
      }
      if (last < n && (left + PANEL) % region) {
        continue;
      }
      const int begin = left / region * region;
      __syncthreads();
      for (int j = thread; j < region; j += THREADS) {
        if (begin + j > k && begin + j < last) {
          REAL total = sum[begin + j];
          for (int i = 0; i < WARPS; i++) {
            total += columns[i * region + j];
          }
          sum[begin + j] = total;
        }
      }
      __syncthreads();
    }

    if (members > 1) {
      // In turns, so that a block that is ahead does not overwrite what another still reads.
      REAL *parts = partials + (size_t)(k % 2) * gang * ld;
      for (int j = k + 1 + thread; j < n; j += THREADS) {
        __stcg(parts + (size_t)member * ld + j, sum[j]);
      }
      meet(arrivals, ++meetings * members, failed);
      if (members > FEW) {
        addShare(parts, members, member, k + 1, n, ld, columns, sums);
        meet(arrivals, ++meetings * members, failed);
      }
      for (int j = k + 1 + thread; j < n; j += THREADS) {
        REAL total = 0;
        if (members > FEW) {
          total = __ldcg(sums + j);
        } else {
#pragma unroll 4
          for (int other = 0; other < members; other++) {
            total += __ldcg(parts + (size_t)other * ld + j);
          }
        }
        sum[j] = total;
      }
      __syncthreads();
    }
    REAL *before = v;
    v = next;
    next = before;
    tau = nextTau;
  }
}

// How many eigenvalues of a tridiagonal matrix lie below x (Golub and Van Loan, section 8.4.1):
// negative quotients of neighbouring principal minors. Each count is exact for a matrix that
// differs by a few roundings of its elements.
__device__ __forceinline__ int below(const REAL *d, const REAL *squares, int n, REAL x) {
  const REAL least = (REAL)(sizeof(REAL) == 4 ? 0x1p-60 : 0x1p-300);
  int count = 0;
  REAL quotient = 1;
  for (int i = 0; i < n; i++) {
#if REAL_BYTES == 4
    quotient = (d[i] - x) - __fdividef(squares[i], quotient);
#else
    quotient = (d[i] - x) - squares[i] / quotient;
#endif
    if (quotient < least && quotient > -least) {
      quotient = -least;
    }
    count += quotient < 0;
  }
  return count;
}

// All eigenvalues of tridiagonal matrices by bisection, ascending, one to a thread.
//
// diagonals, offDiagonals, values: [count][n]
// Grid: (blocks for n, count), blocks of any number of threads; shared memory: 2 n numbers and 3
// a thread.
extern "C" __global__ void bisect(const REAL *diagonals, const REAL *offDiagonals, int n, REAL *values) {
  extern __shared__ double memory[];
  REAL *d = (REAL *)memory, *squares = d + n;
  REAL *lows = squares + n, *highs = lows + blockDim.x, *sizes = highs + blockDim.x;
  diagonals += (size_t)blockIdx.y * n;
  offDiagonals += (size_t)blockIdx.y * n;
  const int thread = threadIdx.x;
  REAL size = 0;
  for (int i = thread; i < n; i += blockDim.x) {
    size = fmax(size, fmax(fabs(diagonals[i]), fabs(offDiagonals[i])));
  }
  sizes[thread] = size;
  __syncthreads();
  for (int i = 0; i < blockDim.x; i++) {
    size = fmax(size, sizes[i]);
  }
  const int value = blockIdx.x * blockDim.x + thread;
  const int exponent = size > 0 ? ilogb(size) + 1 : 0;
  // Gershgorin's interval of the scaled matrix, whose largest element is about 1.
  REAL low = 4, high = -4;
  for (int i = thread; i < n; i += blockDim.x) {
    REAL before = i > 0 ? scalbn(offDiagonals[i - 1], -exponent) : (REAL)0;
    REAL after = i < n - 1 ? scalbn(offDiagonals[i], -exponent) : (REAL)0;
    REAL here = scalbn(diagonals[i], -exponent);
    d[i] = here;
    squares[i] = before * before;
    low = fmin(low, here - fabs(before) - fabs(after));
    high = fmax(high, here + fabs(before) + fabs(after));
  }
  lows[thread] = low;
  highs[thread] = high;
  __syncthreads();
  for (int i = 0; i < blockDim.x; i++) {
    low = fmin(low, lows[i]);
    high = fmax(high, highs[i]);
  }
  if (value >= n) {
    return;
  }
  const REAL norm = fmax(fabs(low), fabs(high));
  low -= norm * (REAL)0x1p-20;
  high += norm * (REAL)0x1p-20;
  const REAL enough = norm * (REAL)(sizeof(REAL) == 4 ? 0x1p-25 : 0x1p-54);
  while (high - low > enough) {
    REAL middle = (REAL)0.5 * (low + high);
    if (!(middle > low && middle < high)) {
      break;
    }
    if (below(d, squares, n, middle) > value) {
      high = middle;
    } else {
      low = middle;
    }
  }
  values[(size_t)blockIdx.y * n + value] = scalbn((REAL)0.5 * (low + high), exponent);
}

// Matrices of a layer as dense rows of REAL, times a power of two.
//
// raw: elements of the layer as they were stored; kind: 0 F32, 1 F64, 2 BF16, 3 F16
// offsets: [count], where each matrix begins; strides in elements
// to: [count][rows][columns]. Grid: (any, count).
extern "C" __global__ void unpack(const void *raw, int kind, const long long *offsets, int rows,
                                  int columns, long long rowStride, long long columnStride,
                                  int exponent, REAL *to) {
  const long long offset = offsets[blockIdx.y];
  const long long length = (long long)rows * columns;
  to += blockIdx.y * length;
  for (long long i = blockIdx.x * (long long)blockDim.x + threadIdx.x; i < length;
       i += (long long)gridDim.x * blockDim.x) {
    const long long at = offset + i / columns * rowStride + i % columns * columnStride;
    double value;
    if (kind == 0) {
      value = ((const float *)raw)[at];
    } else if (kind == 1) {
      value = ((const double *)raw)[at];
    } else {
      unsigned bits = ((const unsigned short *)raw)[at];
      if (kind == 2) {
        value = __uint_as_float(bits << 16);
      } else {
        const int biased = bits >> 10 & 31, fraction = bits & 1023;
        value = biased ? ldexp((double)(1024 + fraction), biased - 25) : ldexp((double)fraction, -24);
        value = bits >> 15 ? -value : value;
      }
    }
    to[i] = (REAL)ldexp(value, exponent);
  }
}
