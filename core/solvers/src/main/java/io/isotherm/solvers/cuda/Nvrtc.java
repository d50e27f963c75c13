package io.isotherm.solvers.cuda;

import com.sun.jna.Library;
import com.sun.jna.Pointer;
import com.sun.jna.ptr.LongByReference;
import com.sun.jna.ptr.PointerByReference;

/**
 * What is used of {@code nvrtc.h}, CUDA's compiler for programs that are compiled when they run.
 */
interface Nvrtc extends Library {

  int nvrtcCreateProgram(
      PointerByReference program,
      String source,
      String name,
      int headers,
      Pointer headerSources,
      Pointer headerNames);

  int nvrtcCompileProgram(Pointer program, int count, String[] options);

  int nvrtcGetProgramLogSize(Pointer program, LongByReference bytes);

  int nvrtcGetProgramLog(Pointer program, Pointer log);

  int nvrtcGetCUBINSize(Pointer program, LongByReference bytes);

  int nvrtcGetCUBIN(Pointer program, Pointer binary);

  int nvrtcDestroyProgram(PointerByReference program);

  String nvrtcGetErrorString(int result);
}
