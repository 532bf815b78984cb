// Unaligned loads, overlapping copies and match lengths for the block codecs. Little-endian machines only.
#pragma once
#include <cstddef>
#include <cstdint>
#include <cstring>

namespace codec {

inline uint16_t load16(const uint8_t* at) {
  uint16_t value;
  memcpy(&value, at, sizeof value);
  return value;
}

inline uint32_t load32(const uint8_t* at) {
  uint32_t value;
  memcpy(&value, at, sizeof value);
  return value;
}

inline uint64_t load64(const uint8_t* at) {
  uint64_t value;
  memcpy(&value, at, sizeof value);
  return value;
}

inline void store16(uint8_t* at, uint16_t value) { memcpy(at, &value, sizeof value); }

// Bytes that are equal from `a` and `b` on; `a` stops at `end`, and `b` lies before it.
inline size_t equalBytes(const uint8_t* a, const uint8_t* b, const uint8_t* end) {
  const uint8_t* start = a;
  while (end - a >= 8) {
    uint64_t different = load64(a) ^ load64(b);
    if (different != 0) return static_cast<size_t>(a - start) + (static_cast<size_t>(__builtin_ctzll(different)) >> 3);
    a += 8;
    b += 8;
  }
  while (a < end && *a == *b) {
    ++a;
    ++b;
  }
  return static_cast<size_t>(a - start);
}

// Copies `length` bytes that begin `distance` before `to`, which may overlap them. Up to `limit` more may be written.
inline void copyMatch(uint8_t* to, size_t distance, size_t length, const uint8_t* limit) {
  const uint8_t* from = to - distance;
  uint8_t* end = to + length;
  if (distance >= 16 && limit - end >= 16) {
    do {
      memcpy(to, from, 16);
      to += 16;
      from += 16;
    } while (to < end);
    return;
  }
  if (distance >= 8 && limit - end >= 8) {
    do {
      memcpy(to, from, 8);
      to += 8;
      from += 8;
    } while (to < end);
    return;
  }
  while (to < end) *to++ = *from++;
}

// Copies `length` bytes, in steps where both sides have room for them.
inline void copyLiterals(uint8_t* to, const uint8_t* from, size_t length, const uint8_t* toLimit, const uint8_t* fromLimit) {
  if (length <= 32 && toLimit - to >= 32 && fromLimit - from >= 32) {
    memcpy(to, from, 16);
    memcpy(to + 16, from + 16, 16);
    return;
  }
  if (length > 0) memcpy(to, from, length);
}

}  // namespace codec
