// A timer of microseconds on Node's event loop: a timerfd that the loop polls. libuv's own timers count whole milliseconds.
// Also how promptly the kernel serves the calling thread. Linux only; elsewhere nothing of it is available.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <cstring>

#if defined(__linux__)
#include <dlfcn.h>
#include <sys/syscall.h>
#include <sys/timerfd.h>
#include <unistd.h>
#endif

namespace alarms {

#if defined(__linux__)

// libuv's C interface, which Node exports; its header does not come with Node-API's. Kinds and events are fixed over all of libuv 1.
constexpr int kPollKind = 8;  // UV_POLL
constexpr int kReadable = 1;  // UV_READABLE

struct Libuv {
  size_t (*handleSize)(int);
  const char* (*kindName)(int);
  int (*pollInit)(void*, void*, int);
  int (*pollStart)(void*, int, void (*)(void*, int, int));
  void (*close)(void*, void (*)(void*));
  void (*unref)(void*);
  void* (*data)(const void*);
  void (*setData)(void*, void*);
  bool isComplete;
};

template <typename Function>
bool find(Function& function, const char* name) {
  function = reinterpret_cast<Function>(dlsym(RTLD_DEFAULT, name));
  return function != nullptr;
}

inline const Libuv& libuv() {
  static const Libuv functions = [] {
    Libuv uv{};
    uv.isComplete = find(uv.handleSize, "uv_handle_size") && find(uv.kindName, "uv_handle_type_name") && find(uv.pollInit, "uv_poll_init") &&
                    find(uv.pollStart, "uv_poll_start") && find(uv.close, "uv_close") && find(uv.unref, "uv_unref") &&
                    find(uv.data, "uv_handle_get_data") && find(uv.setData, "uv_handle_set_data");
    uv.isComplete = uv.isComplete && uv.kindName(kPollKind) != nullptr && std::strcmp(uv.kindName(kPollKind), "poll") == 0;
    return uv;
  }();
  return functions;
}

inline bool available() { return libuv().isComplete; }

// `onTime` is called on the loop's thread. Opened and closed there too; it does not keep the loop alive.
class Alarm {
 public:
  void (*onTime)(void* owner) = nullptr;
  void (*onClosed)(void* owner) = nullptr;
  void* owner = nullptr;

  // 0, or an errno.
  int open(void* loop) {
    fd_ = timerfd_create(CLOCK_MONOTONIC, TFD_NONBLOCK | TFD_CLOEXEC);
    if (fd_ < 0) return errno;
    handle_ = std::calloc(1, libuv().handleSize(kPollKind));
    int error = -libuv().pollInit(loop, handle_, fd_);
    if (error != 0) {
      ::close(fd_);
      std::free(handle_);
      return error;
    }
    libuv().setData(handle_, this);
    libuv().unref(handle_);
    return -libuv().pollStart(handle_, kReadable, [](void* handle, int, int) {
      auto* self = static_cast<Alarm*>(libuv().data(handle));
      uint64_t times;
      if (read(self->fd_, &times, sizeof times) == sizeof times) self->onTime(self->owner);
    });
  }

  // Once, in so many nanoseconds; a later call replaces an earlier one.
  void set(int64_t delayNs) {
    if (delayNs < 1) delayNs = 1;  // 0 would disarm it
    itimerspec spec{};
    spec.it_value.tv_sec = delayNs / 1000000000;
    spec.it_value.tv_nsec = delayNs % 1000000000;
    timerfd_settime(fd_, 0, &spec, nullptr);
  }

  // Ends with `onClosed`, after which it may be freed. Once.
  void close() {
    libuv().close(handle_, [](void* handle) {
      auto* self = static_cast<Alarm*>(libuv().data(handle));
      ::close(self->fd_);
      std::free(handle);
      self->onClosed(self->owner);
    });
  }

 private:
  int fd_ = -1;
  void* handle_ = nullptr;
};

struct SchedulerAttributes {
  uint32_t size, policy;
  uint64_t flags;
  int32_t nice;
  uint32_t priority;
  uint64_t runtime, deadline, period;
};

// How the calling thread is scheduled from now on: 2 in real time, 1 in short slices, 0 as before. In real time it runs whenever it can,
// before all ordinary threads (SCHED_FIFO at its lowest priority; needs CAP_SYS_NICE; what it starts does not inherit it). A thread that
// asks for short slices is served sooner when it wakes, its share stays the same (EEVDF, Linux 6.12; needs no privilege).
inline int bePrompt(bool mayBeRealTime, uint64_t sliceNs) {
  constexpr uint32_t kOther = 0, kFifo = 1;
  constexpr uint64_t kResetOnFork = 1;
  SchedulerAttributes now{};
  if (syscall(SYS_sched_getattr, 0, &now, sizeof now, 0) != 0 || now.policy != kOther) return 0;  // whoever chose another policy knows better
  SchedulerAttributes realTime{};
  realTime.size = sizeof realTime;
  realTime.policy = kFifo;
  realTime.flags = kResetOnFork;
  realTime.priority = 1;
  if (mayBeRealTime && syscall(SYS_sched_setattr, 0, &realTime, 0) == 0) return 2;
  now.size = sizeof now;
  now.flags = 0;
  now.runtime = sliceNs;
  return syscall(SYS_sched_setattr, 0, &now, 0) == 0 ? 1 : 0;
}

// The calling thread goes before those of other processes when both are ready, by nice -10 (needs CAP_SYS_NICE): it has nine times their share, but
// not all of it. What it starts has the usual one.
inline bool bePreferred() {
  constexpr uint32_t kOther = 0;
  constexpr uint64_t kResetOnFork = 1;
  constexpr int32_t kNice = -10;
  SchedulerAttributes now{};
  if (syscall(SYS_sched_getattr, 0, &now, sizeof now, 0) != 0 || now.policy != kOther || now.nice != 0) return false;
  now.size = sizeof now;
  now.flags = kResetOnFork;
  now.nice = kNice;
  return syscall(SYS_sched_setattr, 0, &now, 0) == 0;
}

#else

inline bool available() { return false; }
inline int bePrompt(bool, uint64_t) { return 0; }
inline bool bePreferred() { return false; }

#endif

}  // namespace alarms
