// headroom's native add-on: only what JavaScript cannot do. Raw Node-API.
// Memory maps with allocation ahead (a full disk is an error here, not a SIGBUS later), prefaulting and fdatasync off the
// event loop, CRC-32C with the CPU's own instruction, zstd with a context that is kept, lz4 and snappy blocks, CPU time of the
// calling thread, alarms of microseconds.
#define NAPI_VERSION 8
#include <node_api.h>

#include <algorithm>
#include <cerrno>
#include <cstdint>
#include <cstring>
#include <ctime>

#include <dlfcn.h>
#include <fcntl.h>
#include <sys/mman.h>
#include <unistd.h>

#include "alarm.h"
#include "lz4.h"
#include "snappy.h"

#if defined(__x86_64__)
#include <nmmintrin.h>
#elif defined(__aarch64__) && defined(__ARM_FEATURE_CRC32)
#include <arm_acle.h>
#endif

namespace {

constexpr uint32_t kPolynomial = 0x82f63b78;  // CRC-32C (Castagnoli), reflected

// ---- CRC-32C ------------------------------------------------------------------------------------------------------

struct Tables {
  uint32_t slice[8][256];
  // shift[k][n][b]: what byte n (value b) of a CRC becomes after 2^k-lane zero bytes (see kLane).
  uint32_t shift[2][4][256];
};

constexpr size_t kLongLane = 4096;
constexpr size_t kShortLane = 256;

uint32_t multiply(const uint32_t* matrix, uint32_t vector) {
  uint32_t sum = 0;
  for (; vector != 0; vector >>= 1, matrix++)
    if (vector & 1) sum ^= *matrix;
  return sum;
}

void square(uint32_t* target, const uint32_t* matrix) {
  for (int bit = 0; bit < 32; bit++) target[bit] = multiply(matrix, matrix[bit]);
}

// The operator that appends `bytes` zero bytes (a power of two), as four byte-indexed tables.
void makeShift(uint32_t shift[4][256], size_t bytes) {
  uint32_t odd[32], even[32];
  odd[0] = kPolynomial;
  for (int bit = 1; bit < 32; bit++) odd[bit] = 1u << (bit - 1);
  square(even, odd);
  square(odd, even);  // odd: four zero bits
  uint32_t* current = odd;
  uint32_t* other = even;
  for (size_t bits = 4; bits < bytes * 8; bits *= 2) {
    square(other, current);
    uint32_t* swap = current;
    current = other;
    other = swap;
  }
  for (int byte = 0; byte < 4; byte++)
    for (uint32_t value = 0; value < 256; value++) shift[byte][value] = multiply(current, value << (8 * byte));
}

Tables makeTables() {
  Tables tables;
  for (uint32_t value = 0; value < 256; value++) {
    uint32_t crc = value;
    for (int bit = 0; bit < 8; bit++) crc = (crc >> 1) ^ ((crc & 1) ? kPolynomial : 0);
    tables.slice[0][value] = crc;
  }
  for (uint32_t value = 0; value < 256; value++)
    for (int k = 1; k < 8; k++) {
      uint32_t before = tables.slice[k - 1][value];
      tables.slice[k][value] = tables.slice[0][before & 0xff] ^ (before >> 8);
    }
  makeShift(tables.shift[0], kLongLane);
  makeShift(tables.shift[1], kShortLane);
  return tables;
}

const Tables& tables() {
  static const Tables made = makeTables();
  return made;
}

inline uint64_t load64(const uint8_t* data) {
  uint64_t word;
  std::memcpy(&word, data, 8);
  return word;
}

inline uint32_t shifted(const uint32_t shift[4][256], uint32_t crc) {
  return shift[0][crc & 0xff] ^ shift[1][(crc >> 8) & 0xff] ^ shift[2][(crc >> 16) & 0xff] ^ shift[3][crc >> 24];
}

uint32_t crcPortable(uint32_t crc, const uint8_t* data, size_t length) {
  const auto& slice = tables().slice;
  for (; length >= 8; data += 8, length -= 8) {
    uint64_t word = load64(data) ^ crc;
    crc = slice[7][word & 0xff] ^ slice[6][(word >> 8) & 0xff] ^ slice[5][(word >> 16) & 0xff] ^ slice[4][(word >> 24) & 0xff] ^
          slice[3][(word >> 32) & 0xff] ^ slice[2][(word >> 40) & 0xff] ^ slice[1][(word >> 48) & 0xff] ^ slice[0][word >> 56];
  }
  for (; length > 0; data++, length--) crc = slice[0][(crc ^ *data) & 0xff] ^ (crc >> 8);
  return crc;
}

#if defined(__x86_64__)
// The instruction has a latency of three cycles and a throughput of one: three independent lanes keep it busy.
template <size_t lane>
__attribute__((target("sse4.2"))) inline uint32_t crcLanes(uint32_t crc, const uint8_t*& data, size_t& length, const uint32_t shift[4][256]) {
  while (length >= lane * 3) {
    uint64_t a = crc, b = 0, c = 0;
    for (size_t at = 0; at < lane; at += 8) {
      a = _mm_crc32_u64(a, load64(data + at));
      b = _mm_crc32_u64(b, load64(data + lane + at));
      c = _mm_crc32_u64(c, load64(data + 2 * lane + at));
    }
    crc = shifted(shift, static_cast<uint32_t>(a)) ^ static_cast<uint32_t>(b);
    crc = shifted(shift, crc) ^ static_cast<uint32_t>(c);
    data += lane * 3;
    length -= lane * 3;
  }
  return crc;
}

__attribute__((target("sse4.2"))) uint32_t crcHardware(uint32_t crc, const uint8_t* data, size_t length) {
  crc = crcLanes<kLongLane>(crc, data, length, tables().shift[0]);
  crc = crcLanes<kShortLane>(crc, data, length, tables().shift[1]);
  uint64_t wide = crc;
  for (; length >= 8; data += 8, length -= 8) wide = _mm_crc32_u64(wide, load64(data));
  crc = static_cast<uint32_t>(wide);
  for (; length > 0; data++, length--) crc = _mm_crc32_u8(crc, *data);
  return crc;
}

bool hasHardware() {
  static const bool has = __builtin_cpu_supports("sse4.2");
  return has;
}
#elif defined(__aarch64__) && defined(__ARM_FEATURE_CRC32)
uint32_t crcHardware(uint32_t crc, const uint8_t* data, size_t length) {
  for (; length >= 8; data += 8, length -= 8) crc = __crc32cd(crc, load64(data));
  for (; length > 0; data++, length--) crc = __crc32cb(crc, *data);
  return crc;
}
bool hasHardware() { return true; }
#else
uint32_t crcHardware(uint32_t crc, const uint8_t* data, size_t length) { return crcPortable(crc, data, length); }
bool hasHardware() { return false; }
#endif

// ---- Node-API plumbing --------------------------------------------------------------------------------------------

napi_value fail(napi_env env, const char* syscall, int error) {
  napi_value message, object, name, code;
  napi_create_string_utf8(env, std::strerror(error), NAPI_AUTO_LENGTH, &message);
  const char* known = error == ENOSPC ? "ENOSPC" : error == EDQUOT ? "EDQUOT" : error == EFBIG ? "EFBIG" : error == EBADF ? "EBADF"
                    : error == ENOMEM ? "ENOMEM" : error == EINVAL ? "EINVAL" : error == EIO ? "EIO" : error == EROFS ? "EROFS"
                    : error == EACCES ? "EACCES" : error == EPERM ? "EPERM" : "EUNKNOWN";
  napi_create_string_utf8(env, known, NAPI_AUTO_LENGTH, &code);
  napi_create_error(env, code, message, &object);
  napi_create_string_utf8(env, syscall, NAPI_AUTO_LENGTH, &name);
  napi_set_named_property(env, object, "syscall", name);
  napi_throw(env, object);
  return nullptr;
}

bool arguments(napi_env env, napi_callback_info info, size_t wanted, napi_value* values) {
  size_t count = wanted;
  napi_get_cb_info(env, info, &count, values, nullptr, nullptr);
  if (count >= wanted) return true;
  napi_throw_type_error(env, "ERR_MISSING_ARGS", "too few arguments");
  return false;
}

int64_t integer(napi_env env, napi_value value) {
  int64_t result = 0;
  napi_get_value_int64(env, value, &result);
  return result;
}

struct Bytes {
  uint8_t* data;
  size_t length;
};

// Of anything that is no Uint8Array: none, so that every bound check fails.
Bytes bytesOf(napi_env env, napi_value value) {
  void* data = nullptr;
  size_t length = 0;
  napi_typedarray_type type;
  if (napi_get_typedarray_info(env, value, &type, &length, &data, nullptr, nullptr) != napi_ok || type != napi_uint8_array) return {nullptr, 0};
  return {static_cast<uint8_t*>(data), length};
}

// crc32c(bytes, start, end, seed): uint32
napi_value crc32c(napi_env env, napi_callback_info info) {
  napi_value values[4];
  if (!arguments(env, info, 4, values)) return nullptr;
  Bytes bytes = bytesOf(env, values[0]);
  int64_t start = integer(env, values[1]), end = integer(env, values[2]);
  if (start < 0 || end < start || static_cast<size_t>(end) > bytes.length) {
    napi_throw_range_error(env, "ERR_OUT_OF_RANGE", "start and end must lie within the bytes");
    return nullptr;
  }
  uint32_t crc = ~static_cast<uint32_t>(integer(env, values[3]));
  const uint8_t* first = bytes.data + start;
  size_t count = static_cast<size_t>(end - start);
  crc = hasHardware() ? crcHardware(crc, first, count) : crcPortable(crc, first, count);
  napi_value result;
  napi_create_uint32(env, ~crc, &result);
  return result;
}

// threadCpuUs(): CPU time of the calling thread in microseconds
napi_value threadCpuUs(napi_env env, napi_callback_info) {
  timespec now{};
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
  napi_value result;
  napi_create_double(env, static_cast<double>(now.tv_sec) * 1e6 + static_cast<double>(now.tv_nsec) / 1e3, &result);
  return result;
}

void unmap(void* data, void* hint) { munmap(data, reinterpret_cast<size_t>(hint)); }
void unmapWithEnv(napi_env, void* data, void* hint) { unmap(data, hint); }

using CreateShared = napi_status (*)(napi_env, void*, size_t, void (*)(void*, void*), void*, napi_value*);

// V8 counts an ArrayBuffer over foreign memory as its own garbage pressure and answers gigabytes of maps with full
// collections; a SharedArrayBuffer it does not count. Node-API has those since Node 25.
napi_status wrapMap(napi_env env, void* data, size_t length, napi_value* result) {
  static const auto createShared = reinterpret_cast<CreateShared>(dlsym(RTLD_DEFAULT, "node_api_create_external_sharedarraybuffer"));
  void* hint = reinterpret_cast<void*>(length);
  if (createShared != nullptr) return createShared(env, data, length, unmap, hint, result);
  return napi_create_external_arraybuffer(env, data, length, unmapWithEnv, hint, result);
}

// mapFile(fd, lengthBytes): (Shared)ArrayBuffer over the file, which may be shorter; unmapped when it is collected
napi_value mapFile(napi_env env, napi_callback_info info) {
  napi_value values[2];
  if (!arguments(env, info, 2, values)) return nullptr;
  size_t length = static_cast<size_t>(integer(env, values[1]));
  void* data = mmap(nullptr, length, PROT_READ | PROT_WRITE, MAP_SHARED, static_cast<int>(integer(env, values[0])), 0);
  if (data == MAP_FAILED) return fail(env, "mmap", errno);
  napi_value result;
  if (wrapMap(env, data, length, &result) != napi_ok) {
    munmap(data, length);
    return fail(env, "mapFile", ENOMEM);
  }
  return result;
}

// allocate(fd, offset, length): disk blocks for the range, so that writing through a map cannot fail
napi_value allocate(napi_env env, napi_callback_info info) {
  napi_value values[3];
  if (!arguments(env, info, 3, values)) return nullptr;
  int fd = static_cast<int>(integer(env, values[0]));
  off_t offset = integer(env, values[1]), length = integer(env, values[2]);
#if defined(__APPLE__)
  int error = ftruncate(fd, offset + length) == 0 ? 0 : errno;
#else
  int error;
  do error = posix_fallocate(fd, offset, length);
  while (error == EINTR);
#endif
  return error == 0 ? nullptr : fail(env, "posix_fallocate", error);
}

// ---- work off the event loop ----------------------------------------------------------------------------------------

struct Prefault {
  napi_async_work work;
  napi_ref buffer;
  uint8_t* first;
  size_t length;
};

// Only ever asks the kernel, and ignores its answer: the owner may trim the file meanwhile, and touching a page behind its
// end would be SIGBUS. Kernels before 5.14 and macOS read ahead instead.
void touch(napi_env, void* data) {
  auto* job = static_cast<Prefault*>(data);
#if defined(__linux__)
  constexpr int kPopulateWrite = 23;  // MADV_POPULATE_WRITE, which older headers lack
  // In slices: V8 maps and unmaps memory on the event loop, and each call here keeps it waiting.
  constexpr size_t kSlice = 128 * 1024;
  size_t done = 0;
  while (done < job->length && madvise(job->first + done, std::min(kSlice, job->length - done), kPopulateWrite) == 0) done += kSlice;
  if (done >= job->length || errno != EINVAL) return;
#endif
  madvise(job->first, job->length, MADV_WILLNEED);
}

void touched(napi_env env, napi_status, void* data) {
  auto* job = static_cast<Prefault*>(data);
  napi_delete_reference(env, job->buffer);
  napi_delete_async_work(env, job->work);
  delete job;
}

// prefault(map, offset, length): returns at once; a thread takes the page faults
napi_value prefault(napi_env env, napi_callback_info info) {
  napi_value values[3];
  if (!arguments(env, info, 3, values)) return nullptr;
  Bytes map = bytesOf(env, values[0]);
  size_t offset = static_cast<size_t>(integer(env, values[1])), length = static_cast<size_t>(integer(env, values[2]));
  if (offset > map.length || length > map.length - offset) {
    napi_throw_range_error(env, "ERR_OUT_OF_RANGE", "the range is outside the mapping");
    return nullptr;
  }
  size_t page = static_cast<size_t>(sysconf(_SC_PAGESIZE)), begin = offset / page * page;
  auto* job = new Prefault{nullptr, nullptr, map.data + begin, offset + length - begin};
  napi_value name;
  napi_create_string_utf8(env, "headroom:prefault", NAPI_AUTO_LENGTH, &name);
  napi_create_reference(env, values[0], 1, &job->buffer);
  napi_create_async_work(env, nullptr, name, touch, touched, job, &job->work);
  napi_queue_async_work(env, job->work);
  return nullptr;
}

struct Populate {
  napi_async_work work;
  napi_deferred deferred;
  napi_ref buffer;
  uint8_t* begin;
  size_t length;
  /** Bytes behind those that the disk shall begin to read. */
  size_t behind;
  int error;
};

void populateNow(napi_env, void* data) {
  auto* job = static_cast<Populate*>(data);
#if defined(__linux__)
#ifndef MADV_POPULATE_READ
#define MADV_POPULATE_READ 22
#endif
  job->error = madvise(job->begin, job->length, MADV_POPULATE_READ) == 0 ? 0 : errno;
  if (job->error == 0 && job->behind > 0) madvise(job->begin + job->length, job->behind, MADV_WILLNEED);
#else
  job->error = ENOSYS;
#endif
}

void populated(napi_env env, napi_status, void* data) {
  auto* job = static_cast<Populate*>(data);
  napi_value result;
  if (job->error == 0) {
    napi_get_undefined(env, &result);
    napi_resolve_deferred(env, job->deferred, result);
  } else {
    fail(env, "madvise", job->error);
    napi_get_and_clear_last_exception(env, &result);
    napi_reject_deferred(env, job->deferred, result);
  }
  napi_delete_reference(env, job->buffer);
  napi_delete_async_work(env, job->work);
  delete job;
}

// isResident(map, offset, length): looking at these pages waits for no disk, as far as is known
napi_value isResident(napi_env env, napi_callback_info info) {
  napi_value values[3], result;
  if (!arguments(env, info, 3, values)) return nullptr;
  Bytes map = bytesOf(env, values[0]);
  size_t offset = static_cast<size_t>(integer(env, values[1])), length = static_cast<size_t>(integer(env, values[2]));
  if (offset > map.length || length > map.length - offset) {
    napi_throw_range_error(env, "ERR_OUT_OF_RANGE", "the range is outside the mapping");
    return nullptr;
  }
  bool resident = false;
#if defined(__linux__)
  constexpr size_t kPages = 1024;
  unsigned char pages[kPages];
  size_t page = static_cast<size_t>(sysconf(_SC_PAGESIZE)), at = offset / page * page, end = offset + length;
  for (resident = true; resident && at < end; at += kPages * page) {
    size_t bytes = std::min(kPages * page, end - at);
    if (mincore(map.data + at, bytes, pages) != 0) resident = false;
    for (size_t i = 0; resident && i < (bytes + page - 1) / page; ++i) resident = (pages[i] & 1) != 0;
  }
#endif
  napi_get_boolean(env, resident, &result);
  return result;
}

// populate(map, offset, length): Promise; the pages are read in the thread pool, so that looking at them waits for no disk,
// and the kernel begins to read as many behind them
napi_value populate(napi_env env, napi_callback_info info) {
  napi_value values[3];
  if (!arguments(env, info, 3, values)) return nullptr;
  Bytes map = bytesOf(env, values[0]);
  size_t offset = static_cast<size_t>(integer(env, values[1])), length = static_cast<size_t>(integer(env, values[2]));
  if (offset > map.length || length > map.length - offset) {
    napi_throw_range_error(env, "ERR_OUT_OF_RANGE", "the range is outside the mapping");
    return nullptr;
  }
  size_t page = static_cast<size_t>(sysconf(_SC_PAGESIZE)), begin = offset / page * page;
  size_t end = std::min((offset + length + page - 1) / page * page, map.length);
  auto* job = new Populate{nullptr, nullptr, nullptr, map.data + begin, end - begin, std::min(length, map.length - end), 0};
  napi_value promise, name;
  napi_create_promise(env, &job->deferred, &promise);
  napi_create_string_utf8(env, "headroom:populate", NAPI_AUTO_LENGTH, &name);
  napi_create_reference(env, values[0], 1, &job->buffer);
  napi_create_async_work(env, nullptr, name, populateNow, populated, job, &job->work);
  napi_queue_async_work(env, job->work);
  return promise;
}

struct Sync {
  napi_async_work work;
  napi_deferred deferred;
  int fd;
  int error;
};

void syncNow(napi_env, void* data) {
  auto* job = static_cast<Sync*>(data);
#if defined(__APPLE__)
  job->error = fsync(job->fd) == 0 ? 0 : errno;
#else
  job->error = fdatasync(job->fd) == 0 ? 0 : errno;
#endif
}

void synced(napi_env env, napi_status, void* data) {
  auto* job = static_cast<Sync*>(data);
  napi_value result;
  if (job->error == 0) {
    napi_get_undefined(env, &result);
    napi_resolve_deferred(env, job->deferred, result);
  } else {
    fail(env, "fdatasync", job->error);
    napi_get_and_clear_last_exception(env, &result);
    napi_reject_deferred(env, job->deferred, result);
  }
  napi_delete_async_work(env, job->work);
  delete job;
}

// sync(fd): Promise, fdatasync in the thread pool
napi_value sync(napi_env env, napi_callback_info info) {
  napi_value values[1];
  if (!arguments(env, info, 1, values)) return nullptr;
  auto* job = new Sync{nullptr, nullptr, static_cast<int>(integer(env, values[0])), 0};
  napi_value promise, name;
  napi_create_promise(env, &job->deferred, &promise);
  napi_create_string_utf8(env, "headroom:sync", NAPI_AUTO_LENGTH, &name);
  napi_create_async_work(env, nullptr, name, syncNow, synced, job, &job->work);
  napi_queue_async_work(env, job->work);
  return promise;
}

// ---- zstd: the library inside Node, which exports it, with one context a thread instead of one a call ------------------

struct Zstd {
  void* (*createCCtx)();
  size_t (*freeCCtx)(void*);
  void* (*createDCtx)();
  size_t (*freeDCtx)(void*);
  size_t (*compress)(void*, void*, size_t, const void*, size_t, int);
  size_t (*decompress)(void*, void*, size_t, const void*, size_t);
  size_t (*compressBound)(size_t);
  unsigned (*isError)(size_t);
  unsigned long long (*contentSize)(const void*, size_t);
  const char* (*errorName)(size_t);
  bool isComplete;
};

template <typename Function>
bool find(Function& function, const char* name) {
  function = reinterpret_cast<Function>(dlsym(RTLD_DEFAULT, name));
  return function != nullptr;
}

const Zstd& zstd() {
  static const Zstd functions = [] {
    Zstd z{};
    z.isComplete = find(z.createCCtx, "ZSTD_createCCtx") && find(z.freeCCtx, "ZSTD_freeCCtx") && find(z.createDCtx, "ZSTD_createDCtx") &&
                   find(z.freeDCtx, "ZSTD_freeDCtx") && find(z.compress, "ZSTD_compressCCtx") && find(z.decompress, "ZSTD_decompressDCtx") &&
                   find(z.compressBound, "ZSTD_compressBound") && find(z.isError, "ZSTD_isError") &&
                   find(z.contentSize, "ZSTD_getFrameContentSize") && find(z.errorName, "ZSTD_getErrorName");
    return z;
  }();
  return functions;
}

struct ZstdContexts {
  void* compressing = nullptr;
  void* decompressing = nullptr;
  ~ZstdContexts() {
    if (compressing != nullptr) zstd().freeCCtx(compressing);
    if (decompressing != nullptr) zstd().freeDCtx(decompressing);
  }
};

thread_local ZstdContexts contexts;

napi_value number(napi_env env, double value) {
  napi_value result;
  napi_create_double(env, value, &result);
  return result;
}

napi_value failZstd(napi_env env, size_t code) {
  napi_throw_error(env, "ERR_ZSTD", zstd().errorName(code));
  return nullptr;
}

// zstdCompress(source, level, target, at): bytes written; the target needs zstdBound(source.length) bytes from `at` on
napi_value zstdCompress(napi_env env, napi_callback_info info) {
  napi_value values[4];
  if (!arguments(env, info, 4, values)) return nullptr;
  Bytes source = bytesOf(env, values[0]), target = bytesOf(env, values[2]);
  size_t at = static_cast<size_t>(integer(env, values[3]));
  if (at > target.length) at = target.length;
  if (contexts.compressing == nullptr) contexts.compressing = zstd().createCCtx();
  size_t written = zstd().compress(contexts.compressing, target.data + at, target.length - at, source.data, source.length,
                                   static_cast<int>(integer(env, values[1])));
  return zstd().isError(written) ? failZstd(env, written) : number(env, static_cast<double>(written));
}

napi_value zstdBound(napi_env env, napi_callback_info info) {
  napi_value values[1];
  if (!arguments(env, info, 1, values)) return nullptr;
  return number(env, static_cast<double>(zstd().compressBound(static_cast<size_t>(integer(env, values[0])))));
}

// zstdOpenBytes(source): what the first frame says it opens to; -1 it does not say, -2 it is no frame
napi_value zstdOpenBytes(napi_env env, napi_callback_info info) {
  napi_value values[1];
  if (!arguments(env, info, 1, values)) return nullptr;
  Bytes source = bytesOf(env, values[0]);
  unsigned long long size = zstd().contentSize(source.data, source.length);
  return number(env, size == -1ULL ? -1 : size == -2ULL ? -2 : static_cast<double>(size));
}

// zstdDecompress(source, target): bytes written; throws when the frames are damaged or open to more than the target
napi_value zstdDecompress(napi_env env, napi_callback_info info) {
  napi_value values[2];
  if (!arguments(env, info, 2, values)) return nullptr;
  Bytes source = bytesOf(env, values[0]), target = bytesOf(env, values[1]);
  if (contexts.decompressing == nullptr) contexts.decompressing = zstd().createDCtx();
  size_t written = zstd().decompress(contexts.decompressing, target.data, target.length, source.data, source.length);
  return zstd().isError(written) ? failZstd(env, written) : number(env, static_cast<double>(written));
}

// ---- lz4 and snappy blocks, into and out of ranges of buffers --------------------------------------------------------------

napi_value failCodec(napi_env env, const char* what) {
  napi_throw_error(env, "ERR_CODEC", what);
  return nullptr;
}

// A range of `bytes`; false (and an exception) when it reaches beyond them.
bool rangeOf(napi_env env, Bytes bytes, int64_t start, int64_t end) {
  if (start >= 0 && start <= end && static_cast<size_t>(end) <= bytes.length) return true;
  napi_throw_range_error(env, "ERR_CODEC_RANGE", "a range beyond its buffer");
  return false;
}

template <size_t (*bound)(size_t), size_t (*compress)(const uint8_t*, size_t, uint8_t*)>
napi_value compressBlock(napi_env env, napi_callback_info info) {
  napi_value values[5];
  if (!arguments(env, info, 5, values)) return nullptr;
  Bytes source = bytesOf(env, values[0]), target = bytesOf(env, values[3]);
  int64_t start = integer(env, values[1]), end = integer(env, values[2]), at = integer(env, values[4]);
  if (!rangeOf(env, source, start, end)) return nullptr;
  size_t length = static_cast<size_t>(end - start);
  if (!rangeOf(env, target, at, at + static_cast<int64_t>(bound(length)))) return nullptr;
  return number(env, static_cast<double>(compress(source.data + start, length, target.data + at)));
}

// lz4Compress(source, start, end, target, at): bytes written; one block of at most 64 KiB; the target needs lz4's bound from `at` on
napi_value lz4Compress(napi_env env, napi_callback_info info) { return compressBlock<lz4::bound, lz4::compress>(env, info); }

// snappyCompress(source, start, end, target, at): bytes written; the target needs snappy's bound from `at` on
napi_value snappyCompress(napi_env env, napi_callback_info info) { return compressBlock<snappy::bound, snappy::compress>(env, info); }

// lz4Decompress(source, start, end, target, history, at, limit): bytes written at `at`, none at or behind `limit` counts; matches reach
// back to `history`; throws when the block is damaged or opens to more
napi_value lz4Decompress(napi_env env, napi_callback_info info) {
  napi_value values[7];
  if (!arguments(env, info, 7, values)) return nullptr;
  Bytes source = bytesOf(env, values[0]), target = bytesOf(env, values[3]);
  int64_t start = integer(env, values[1]), end = integer(env, values[2]);
  int64_t history = integer(env, values[4]), at = integer(env, values[5]), limit = integer(env, values[6]);
  if (!rangeOf(env, source, start, end) || !rangeOf(env, target, history, at) || !rangeOf(env, target, at, limit)) return nullptr;
  long written = lz4::decompress(source.data + start, static_cast<size_t>(end - start), target.data + history, target.data + at,
                                 static_cast<size_t>(limit - at), target.data + target.length);
  return written < 0 ? failCodec(env, "the block is damaged or opens to more than its limit") : number(env, static_cast<double>(written));
}

// snappyDecompress(source, start, end, target, at, size): the elements behind the block's size, which open to exactly `size` bytes
napi_value snappyDecompress(napi_env env, napi_callback_info info) {
  napi_value values[6];
  if (!arguments(env, info, 6, values)) return nullptr;
  Bytes source = bytesOf(env, values[0]), target = bytesOf(env, values[3]);
  int64_t start = integer(env, values[1]), end = integer(env, values[2]), at = integer(env, values[4]), size = integer(env, values[5]);
  if (!rangeOf(env, source, start, end) || !rangeOf(env, target, at, at + size)) return nullptr;
  bool isWhole = snappy::decompress(source.data + start, static_cast<size_t>(end - start), target.data + at, static_cast<size_t>(size),
                                    target.data + target.length);
  return isWhole ? number(env, static_cast<double>(size)) : failCodec(env, "the block is damaged");
}

// ---- alarms: see alarm.h ---------------------------------------------------------------------------------------------------

#if defined(__linux__)
struct JsAlarm {
  napi_env env;
  napi_ref callback;
  napi_async_cleanup_hook_handle hook;
  alarms::Alarm alarm;
  bool isClosing;
};

void ringJsAlarm(void* owner) {
  auto* self = static_cast<JsAlarm*>(owner);
  if (self->isClosing) return;
  napi_handle_scope scope;
  napi_open_handle_scope(self->env, &scope);
  napi_value callback, receiver, result;
  napi_get_reference_value(self->env, self->callback, &callback);
  napi_get_global(self->env, &receiver);
  napi_make_callback(self->env, nullptr, receiver, callback, 0, nullptr, &result);
  napi_close_handle_scope(self->env, scope);
}

void closeJsAlarm(JsAlarm* self) {
  if (self->isClosing) return;
  self->isClosing = true;
  self->alarm.close();
}

void freeJsAlarm(void* owner) {
  auto* self = static_cast<JsAlarm*>(owner);
  napi_remove_async_cleanup_hook(self->hook);
  delete self;
}

// openAlarm(callback): a handle for setAlarm and closeAlarm
napi_value openAlarm(napi_env env, napi_callback_info info) {
  napi_value values[1], handle;
  if (!arguments(env, info, 1, values)) return nullptr;
  struct uv_loop_s* loop = nullptr;
  napi_get_uv_event_loop(env, &loop);
  auto* self = new JsAlarm{env, nullptr, nullptr, {}, false};
  self->alarm.onTime = ringJsAlarm;
  self->alarm.onClosed = freeJsAlarm;
  self->alarm.owner = self;
  int error = self->alarm.open(loop);
  if (error != 0) {
    delete self;
    return fail(env, "timerfd_create", error);
  }
  napi_create_reference(env, values[0], 1, &self->callback);
  // A thread that ends with an open alarm waits here until the loop has let go of it.
  napi_add_async_cleanup_hook(env, [](napi_async_cleanup_hook_handle, void* data) { closeJsAlarm(static_cast<JsAlarm*>(data)); }, self, &self->hook);
  napi_create_external(env, self, nullptr, nullptr, &handle);
  return handle;
}

JsAlarm* alarmOf(napi_env env, napi_value value) {
  void* self = nullptr;
  if (napi_get_value_external(env, value, &self) == napi_ok) return static_cast<JsAlarm*>(self);
  napi_throw_type_error(env, "ERR_ALARM", "not an alarm");
  return nullptr;
}

// setAlarm(alarm, delayUs)
napi_value setAlarm(napi_env env, napi_callback_info info) {
  napi_value values[2];
  if (!arguments(env, info, 2, values)) return nullptr;
  JsAlarm* self = alarmOf(env, values[0]);
  double delayUs = 0;
  napi_get_value_double(env, values[1], &delayUs);
  if (self != nullptr) self->alarm.set(static_cast<int64_t>(delayUs * 1e3));
  return nullptr;
}

// closeAlarm(alarm): once; the handle must not be used again
napi_value closeAlarm(napi_env env, napi_callback_info info) {
  napi_value values[1];
  if (!arguments(env, info, 1, values)) return nullptr;
  JsAlarm* self = alarmOf(env, values[0]);
  if (self == nullptr) return nullptr;
  napi_delete_reference(env, self->callback);
  closeJsAlarm(self);
  return nullptr;
}
#endif

// bePrompt(mayBeRealTime, sliceUs): 2, 1 or 0, see alarm.h
napi_value bePrompt(napi_env env, napi_callback_info info) {
  napi_value values[2];
  if (!arguments(env, info, 2, values)) return nullptr;
  bool mayBeRealTime = false;
  napi_get_value_bool(env, values[0], &mayBeRealTime);
  return number(env, alarms::bePrompt(mayBeRealTime, static_cast<uint64_t>(integer(env, values[1])) * 1000));
}

// bePreferred(): whether it is, see alarm.h
napi_value bePreferred(napi_env env, napi_callback_info) {
  napi_value result;
  napi_get_boolean(env, alarms::bePreferred(), &result);
  return result;
}

// Node unloads an add-on with its last thread, but a map may be collected later: `unmap` must still be there.
void stayLoaded() {
  Dl_info self;
  if (dladdr(reinterpret_cast<void*>(&unmap), &self) != 0) dlopen(self.dli_fname, RTLD_NOW | RTLD_NODELETE);
}

napi_value initialise(napi_env env, napi_value exports) {
  stayLoaded();
  tables();
  const napi_property_descriptor functions[] = {
      {"crc32c", nullptr, crc32c, nullptr, nullptr, nullptr, napi_enumerable, nullptr},
      {"threadCpuUs", nullptr, threadCpuUs, nullptr, nullptr, nullptr, napi_enumerable, nullptr},
      {"mapFile", nullptr, mapFile, nullptr, nullptr, nullptr, napi_enumerable, nullptr},
      {"allocate", nullptr, allocate, nullptr, nullptr, nullptr, napi_enumerable, nullptr},
      {"prefault", nullptr, prefault, nullptr, nullptr, nullptr, napi_enumerable, nullptr},
      {"isResident", nullptr, isResident, nullptr, nullptr, nullptr, napi_enumerable, nullptr},
      {"populate", nullptr, populate, nullptr, nullptr, nullptr, napi_enumerable, nullptr},
      {"sync", nullptr, sync, nullptr, nullptr, nullptr, napi_enumerable, nullptr},
      {"lz4Compress", nullptr, lz4Compress, nullptr, nullptr, nullptr, napi_enumerable, nullptr},
      {"lz4Decompress", nullptr, lz4Decompress, nullptr, nullptr, nullptr, napi_enumerable, nullptr},
      {"snappyCompress", nullptr, snappyCompress, nullptr, nullptr, nullptr, napi_enumerable, nullptr},
      {"snappyDecompress", nullptr, snappyDecompress, nullptr, nullptr, nullptr, napi_enumerable, nullptr},
      {"bePrompt", nullptr, bePrompt, nullptr, nullptr, nullptr, napi_enumerable, nullptr},
      {"bePreferred", nullptr, bePreferred, nullptr, nullptr, nullptr, napi_enumerable, nullptr},
  };
  napi_define_properties(env, exports, sizeof functions / sizeof *functions, functions);
#if defined(__linux__)
  const napi_property_descriptor alarmFunctions[] = {
      {"openAlarm", nullptr, openAlarm, nullptr, nullptr, nullptr, napi_enumerable, nullptr},
      {"setAlarm", nullptr, setAlarm, nullptr, nullptr, nullptr, napi_enumerable, nullptr},
      {"closeAlarm", nullptr, closeAlarm, nullptr, nullptr, nullptr, napi_enumerable, nullptr},
  };
  if (alarms::available()) napi_define_properties(env, exports, sizeof alarmFunctions / sizeof *alarmFunctions, alarmFunctions);
#endif
  if (!zstd().isComplete) return exports;
  const napi_property_descriptor codecs[] = {
      {"zstdCompress", nullptr, zstdCompress, nullptr, nullptr, nullptr, napi_enumerable, nullptr},
      {"zstdBound", nullptr, zstdBound, nullptr, nullptr, nullptr, napi_enumerable, nullptr},
      {"zstdOpenBytes", nullptr, zstdOpenBytes, nullptr, nullptr, nullptr, napi_enumerable, nullptr},
      {"zstdDecompress", nullptr, zstdDecompress, nullptr, nullptr, nullptr, napi_enumerable, nullptr},
  };
  napi_define_properties(env, exports, sizeof codecs / sizeof *codecs, codecs);
  return exports;
}

}  // namespace

NAPI_MODULE(NODE_GYP_MODULE_NAME, initialise)
