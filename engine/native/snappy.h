// Raw snappy (https://github.com/google/snappy/blob/main/format_description.txt): the open size as a varint, then literals and
// copies. Greedy matching over one hash table a fragment of 64 KiB, as the reference. Framing is the caller's business.
#pragma once
#include "bytes.h"

namespace snappy {

constexpr size_t FRAGMENT_BYTES = 64 * 1024;
constexpr int HASH_BITS = 14;
// The loop looks so far ahead without asking.
constexpr size_t INPUT_MARGIN = 15;

inline size_t bound(size_t length) { return 32 + length + length / 6; }

inline uint32_t hashAt(const uint8_t* at, int shift) { return (codec::load32(at) * 0x1e35a7bdu) >> shift; }

// `end` of what may be read.
inline uint8_t* putLiteral(uint8_t* out, const uint8_t* from, size_t length, const uint8_t* end) {
  size_t rest = length - 1;
  if (length <= 16 && end - from >= 16) {
    *out++ = static_cast<uint8_t>(rest << 2);
    memcpy(out, from, 16);
    return out + length;
  }
  if (rest < 60) {
    *out++ = static_cast<uint8_t>(rest << 2);
  } else if (rest < 256) {
    *out++ = 60 << 2;
    *out++ = static_cast<uint8_t>(rest);
  } else {
    *out++ = 61 << 2;
    codec::store16(out, static_cast<uint16_t>(rest));
    out += 2;
  }
  memcpy(out, from, length);
  return out + length;
}

inline uint8_t* putCopyOf(uint8_t* out, size_t distance, size_t length) {
  if (length < 12 && distance < 2048) {
    *out++ = static_cast<uint8_t>(1 | ((length - 4) << 2) | ((distance >> 8) << 5));
    *out++ = static_cast<uint8_t>(distance);
    return out;
  }
  *out++ = static_cast<uint8_t>(2 | ((length - 1) << 2));
  codec::store16(out, static_cast<uint16_t>(distance));
  return out + 2;
}

inline uint8_t* putCopy(uint8_t* out, size_t distance, size_t length) {
  for (; length >= 68; length -= 64) out = putCopyOf(out, distance, 64);
  if (length > 64) {
    out = putCopyOf(out, distance, 60);
    length -= 60;
  }
  return putCopyOf(out, distance, length);
}

inline uint8_t* compressFragment(const uint8_t* in, size_t length, uint8_t* out) {
  const uint8_t* const end = in + length;
  const uint8_t* anchor = in;
  if (length > INPUT_MARGIN) {
    int bits = 8;
    while (bits < HASH_BITS && (size_t{1} << bits) < length) ++bits;
    const int shift = 32 - bits;
    uint16_t table[1 << HASH_BITS];
    memset(table, 0, sizeof(uint16_t) << bits);
    const uint8_t* const searchEnd = end - INPUT_MARGIN;
    const uint8_t* at = in + 1;
    while (at <= searchEnd) {
      const uint8_t* match;
      size_t tries = 32;
      for (;;) {
        uint32_t hash = hashAt(at, shift);
        match = in + table[hash];
        table[hash] = static_cast<uint16_t>(at - in);
        if (codec::load32(match) == codec::load32(at)) break;
        at += tries++ >> 5;
        if (at > searchEnd) goto finish;
      }
      if (at > anchor) out = putLiteral(out, anchor, static_cast<size_t>(at - anchor), end);
      for (;;) {
        size_t matched = 4 + codec::equalBytes(at + 4, match + 4, end);
        out = putCopy(out, static_cast<size_t>(at - match), matched);
        at += matched;
        anchor = at;
        if (at > searchEnd) goto finish;
        table[hashAt(at - 1, shift)] = static_cast<uint16_t>(at - 1 - in);
        uint32_t hash = hashAt(at, shift);
        match = in + table[hash];
        table[hash] = static_cast<uint16_t>(at - in);
        if (codec::load32(match) != codec::load32(at)) break;
      }
      ++at;
    }
  }
finish:
  return end > anchor ? putLiteral(out, anchor, static_cast<size_t>(end - anchor), end) : out;
}

// Into `out`, which has bound(length).
inline size_t compress(const uint8_t* in, size_t length, uint8_t* const start) {
  uint8_t* out = start;
  size_t rest = length;
  for (; rest >= 128; rest >>= 7) *out++ = static_cast<uint8_t>(rest | 128);
  *out++ = static_cast<uint8_t>(rest);
  for (size_t at = 0; at < length; at += FRAGMENT_BYTES) {
    size_t fragment = length - at < FRAGMENT_BYTES ? length - at : FRAGMENT_BYTES;
    out = compressFragment(in + at, fragment, out);
  }
  return static_cast<size_t>(out - start);
}

// The elements behind the size, into exactly `size` bytes at `out`; bytes up to `limit` may be overwritten behind them. False: damaged.
inline bool decompress(const uint8_t* in, size_t length, uint8_t* const start, size_t size, const uint8_t* limit) {
  const uint8_t* const end = in + length;
  uint8_t* out = start;
  uint8_t* const outEnd = start + size;
  while (in < end) {
    const uint8_t tag = *in++;
    size_t count, distance;
    switch (tag & 3) {
      case 0: {
        count = tag >> 2;
        if (count >= 60) {
          const size_t extra = count - 59;
          if (static_cast<size_t>(end - in) < extra) return false;
          count = 0;
          for (size_t byte = 0; byte < extra; ++byte) count |= static_cast<size_t>(in[byte]) << (8 * byte);
          in += extra;
        }
        ++count;
        if (count > static_cast<size_t>(end - in) || count > static_cast<size_t>(outEnd - out)) return false;
        codec::copyLiterals(out, in, count, limit, end);
        out += count;
        in += count;
        continue;
      }
      case 1:
        if (end - in < 1) return false;
        count = 4 + ((tag >> 2) & 7);
        distance = (static_cast<size_t>(tag >> 5) << 8) | in[0];
        in += 1;
        break;
      case 2:
        if (end - in < 2) return false;
        count = 1 + (tag >> 2);
        distance = codec::load16(in);
        in += 2;
        break;
      default:
        if (end - in < 4) return false;
        count = 1 + (tag >> 2);
        distance = codec::load32(in);
        in += 4;
    }
    if (distance == 0 || distance > static_cast<size_t>(out - start) || count > static_cast<size_t>(outEnd - out)) return false;
    codec::copyMatch(out, distance, count, limit);
    out += count;
  }
  return out == outEnd;
}

}  // namespace snappy
