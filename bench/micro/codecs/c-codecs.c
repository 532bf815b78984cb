/*
 * One C library's codec on the bytes of a file, for the limits of `headroom bench-micro`. Built with -DCODEC_ZSTD, -DCODEC_LZ4 or
 * -DCODEC_SNAPPY and that library. First line out: "<library version or -> <compressed bytes>", after the bytes came back as they were.
 * Then for each line in, "<c|d> <runs> <warm-up ns> <ns>": the nanoseconds of each timing of so many runs, then a 0, on one line.
 */
#define _POSIX_C_SOURCE 200809L
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

static void fail(const char *what) {
  fprintf(stderr, "%s\n", what);
  exit(1);
}

#if defined(CODEC_ZSTD)
#include <zstd.h>
static ZSTD_CCtx *compressing;
static ZSTD_DCtx *opening;
static const char *version(void) { return ZSTD_versionString(); }
static size_t bound(size_t bytes) { return ZSTD_compressBound(bytes); }
static void prepare(void) {
  compressing = ZSTD_createCCtx();
  opening = ZSTD_createDCtx();
}
static size_t compress(const char *from, size_t bytes, char *to, size_t room) {
  size_t written = ZSTD_compressCCtx(compressing, to, room, from, bytes, 3);
  return ZSTD_isError(written) ? 0 : written;
}
static size_t decompress(const char *from, size_t bytes, char *to, size_t room) {
  size_t written = ZSTD_decompressDCtx(opening, to, room, from, bytes);
  return ZSTD_isError(written) ? 0 : written;
}
#elif defined(CODEC_LZ4)
#include <lz4.h>
static const char *version(void) { return LZ4_versionString(); }
static size_t bound(size_t bytes) { return (size_t)LZ4_compressBound((int)bytes); }
static void prepare(void) {}
static size_t compress(const char *from, size_t bytes, char *to, size_t room) {
  return (size_t)LZ4_compress_default(from, to, (int)bytes, (int)room);
}
static size_t decompress(const char *from, size_t bytes, char *to, size_t room) {
  int written = LZ4_decompress_safe(from, to, (int)bytes, (int)room);
  return written < 0 ? 0 : (size_t)written;
}
#elif defined(CODEC_SNAPPY)
#include <snappy-c.h>
static const char *version(void) { return "-"; }
static size_t bound(size_t bytes) { return snappy_max_compressed_length(bytes); }
static void prepare(void) {}
static size_t compress(const char *from, size_t bytes, char *to, size_t room) {
  return snappy_compress(from, bytes, to, &room) == SNAPPY_OK ? room : 0;
}
static size_t decompress(const char *from, size_t bytes, char *to, size_t room) {
  return snappy_uncompress(from, bytes, to, &room) == SNAPPY_OK ? room : 0;
}
#else
#error "build with -DCODEC_ZSTD, -DCODEC_LZ4 or -DCODEC_SNAPPY"
#endif

static char *plain, *packed, *opened;
static size_t plain_bytes, packed_bytes, packed_room;

static uint64_t now_ns(void) {
  struct timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  return (uint64_t)now.tv_sec * 1000000000u + (uint64_t)now.tv_nsec;
}

static void run(char what) {
  size_t written = what == 'c' ? compress(plain, plain_bytes, packed, packed_room) : decompress(packed, packed_bytes, opened, plain_bytes);
  if (written != (what == 'c' ? packed_bytes : plain_bytes)) fail("a run gave another number of bytes than the first one");
}

static void read_plain(const char *path) {
  FILE *file = fopen(path, "rb");
  if (file == NULL || fseek(file, 0, SEEK_END) != 0) fail("cannot open the file");
  plain_bytes = (size_t)ftell(file);
  rewind(file);
  plain = malloc(plain_bytes + 1);
  opened = malloc(plain_bytes + 1);
  packed_room = bound(plain_bytes);
  packed = malloc(packed_room);
  if (plain == NULL || opened == NULL || packed == NULL || fread(plain, 1, plain_bytes, file) != plain_bytes) fail("cannot read the file");
  fclose(file);
}

/* Printed when all are taken: the pipe's reader must not share the core with them. */
static void time_runs(char what, unsigned long long runs, uint64_t time_ns) {
  static uint64_t *timings;
  static size_t room;
  size_t taken = 0;
  uint64_t start = now_ns(), at = start;
  do {
    if (taken == room) {
      room = room == 0 ? 16384 : room * 2;
      timings = realloc(timings, room * sizeof *timings);
      if (timings == NULL) fail("no memory for the timings");
      at = now_ns();
    }
    for (unsigned long long done = 0; done < runs; done++) run(what);
    uint64_t end = now_ns();
    timings[taken++] = end - at;
    at = end;
  } while (at - start < time_ns);
  for (size_t each = 0; each < taken; each++) printf("%llu ", (unsigned long long)timings[each]);
  printf("0\n");
  fflush(stdout);
}

int main(int count, char **arguments) {
  char what;
  unsigned long long runs, warm_up_ns, time_ns;
  if (count != 2) fail("usage: c-codecs FILE");
  prepare();
  read_plain(arguments[1]);
  packed_bytes = compress(plain, plain_bytes, packed, packed_room);
  if (packed_bytes == 0 || decompress(packed, packed_bytes, opened, plain_bytes) != plain_bytes || memcmp(plain, opened, plain_bytes) != 0)
    fail("opens to other bytes than were compressed");
  printf("%s %zu\n", version(), packed_bytes);
  fflush(stdout);
  while (scanf(" %c %llu %llu %llu", &what, &runs, &warm_up_ns, &time_ns) == 4) {
    uint64_t start = now_ns();
    while (now_ns() - start < warm_up_ns) run(what);
    time_runs(what, runs, time_ns);
  }
  return 0;
}
