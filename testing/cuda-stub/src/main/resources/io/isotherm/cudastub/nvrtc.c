/* NVRTC: the source becomes a library for the CPU, by the machine's own compiler. */
#define _GNU_SOURCE
#include "cudastub.h"
#include <dlfcn.h>
#include <libgen.h>
#include <limits.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { SUCCESS = 0, INVALID_INPUT = 3, INVALID_OPTION = 5, COMPILATION = 6, MOST_LOG = 4096 };

struct _nvrtcProgram { char *source, log[MOST_LOG], library[PATH_MAX]; };

nvrtcResult nvrtcCreateProgram(nvrtcProgram *program, const char *source, const char *name, int headers,
    const char *const *header_sources, const char *const *header_names) {
  if (!source || !name || headers || header_sources || header_names) return INVALID_INPUT;
  *program = calloc(1, sizeof **program);
  (*program)->source = strdup(source);
  return SUCCESS;
}
nvrtcResult nvrtcDestroyProgram(nvrtcProgram *program) {
  free((*program)->source);
  free(*program);
  *program = NULL;
  return SUCCESS;
}

/* What was compiled before is taken again: tests load the libraries many times. */
static struct { char *source, macros[512], library[PATH_MAX]; } compiled[64];
static int compiled_count;
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;

/* The macro for the block's own memory stands for its declaration, too. */
static void write_source(const char *source, FILE *to) {
  for (const char *line = source; *line;) {
    size_t length = strcspn(line, "\n");
    char *declaration = strstr(line, "extern __shared__");
    if (!declaration || declaration >= line + length) fwrite(line, 1, length, to);
    fputc('\n', to);
    line += length + (line[length] == '\n');
  }
}

static int compile(nvrtcProgram program, const char *macros) {
  char folder[PATH_MAX - 64], source[PATH_MAX], command[8 * PATH_MAX], self[PATH_MAX];
  for (int i = 0; i < compiled_count; i++)
    if (!strcmp(compiled[i].source, program->source) && !strcmp(compiled[i].macros, macros))
      return strcpy(program->library, compiled[i].library), SUCCESS;
  Dl_info here;
  if (!dladdr((void *) nvrtcCreateProgram, &here) || !realpath(here.dli_fname, self)) return COMPILATION;
  snprintf(folder, sizeof folder, "%s", dirname(self));
  snprintf(source, sizeof source, "%s/program-%d.cu", folder, compiled_count);
  snprintf(program->library, sizeof program->library, "%s/program-%d.so", folder, compiled_count);
  FILE *file = fopen(source, "w");
  if (!file) return COMPILATION;
  write_source(program->source, file);
  fclose(file);
  snprintf(command, sizeof command,
      "c++ -std=c++17 -O2 -w -U_FORTIFY_SOURCE -fPIC -shared%s -DSTUB_SOURCE='\"%s\"' -o '%s' '%s/launch.cpp' 2>&1", macros,
      source, program->library, folder);
  FILE *compiler = popen(command, "r");
  if (!compiler) return COMPILATION;
  size_t length = fread(program->log, 1, MOST_LOG - 1, compiler);
  program->log[length] = 0;
  if (pclose(compiler)) return COMPILATION;
  if (compiled_count == 64) abort();
  compiled[compiled_count].source = strdup(program->source);
  strcpy(compiled[compiled_count].macros, macros);
  strcpy(compiled[compiled_count++].library, program->library);
  return SUCCESS;
}

nvrtcResult nvrtcCompileProgram(nvrtcProgram program, int count, const char *const *options) {
  char macros[512] = "";
  int target = 0, standard = 0;
  for (int i = 0; i < count; i++) {
    target |= !strncmp(options[i], "--gpu-architecture=sm_", 22);
    standard |= !strcmp(options[i], "-std=c++17");
    if (!strncmp(options[i], "-D", 2))
      snprintf(macros + strlen(macros), sizeof macros - strlen(macros), " %s", options[i]);
  }
  if (!target || !standard) return stub_refuse("nvrtcCompileProgram", "no architecture or standard"), INVALID_OPTION;
  if (stub_planted("nvrtcCompileProgram"))
    return strcpy(program->log, "nvrtc: error: invalid value for --gpu-architecture (-arch)\n"), INVALID_OPTION;
  pthread_mutex_lock(&lock);
  int result = compile(program, macros);
  pthread_mutex_unlock(&lock);
  return result;
}
nvrtcResult nvrtcGetProgramLogSize(nvrtcProgram program, size_t *bytes) { *bytes = strlen(program->log) + 1; return SUCCESS; }
nvrtcResult nvrtcGetProgramLog(nvrtcProgram program, char *log) { strcpy(log, program->log); return SUCCESS; }
nvrtcResult nvrtcGetCUBINSize(nvrtcProgram program, size_t *bytes) { *bytes = strlen(program->library) + 1; return SUCCESS; }
nvrtcResult nvrtcGetCUBIN(nvrtcProgram program, char *binary) { strcpy(binary, program->library); return SUCCESS; }
const char *nvrtcGetErrorString(nvrtcResult result) {
  return (int) result == COMPILATION ? "NVRTC_ERROR_COMPILATION" : (int) result == INVALID_OPTION ? "NVRTC_ERROR_INVALID_OPTION" : "NVRTC_ERROR";
}
