// LZ4 blocks (https://github.com/lz4/lz4/blob/dev/doc/lz4_Block_format.md): rows of token, literals, offset, match; greedy
// matching over one hash table, as the reference's fast mode. Frames are the caller's business.
#pragma once
#include "bytes.h"

namespace lz4 {

constexpr size_t BLOCK_MAX = 64 * 1024;
constexpr int HASH_BITS = 13;
constexpr size_t MATCH_MIN = 4;
// The last match begins so far before the end, and the last bytes are literals.
constexpr size_t MATCH_LIMIT = 12;
constexpr size_t LAST_LITERALS = 5;
constexpr int SKIP_SHIFT = 6;
// What a row of at most 14 literals and 18 matched bytes may read and write.
constexpr ptrdiff_t SHORT_ROW_IN = 16 + 2;
constexpr ptrdiff_t SHORT_ROW_OUT = 16 + 18 + 16;

inline size_t bound(size_t length) { return length + length / 255 + 16; }

inline uint32_t hashAt(const uint8_t* at) { return (codec::load32(at) * 2654435761u) >> (32 - HASH_BITS); }

inline uint8_t* putLength(uint8_t* out, size_t rest) {
  for (; rest >= 255; rest -= 255) *out++ = 255;
  *out++ = static_cast<uint8_t>(rest);
  return out;
}

inline uint8_t* putLiterals(uint8_t* out, uint8_t* token, const uint8_t* from, size_t length) {
  if (length < 15) {
    *token = static_cast<uint8_t>(length << 4);
  } else {
    *token = 15 << 4;
    out = putLength(out, length - 15);
  }
  if (length > 0) memcpy(out, from, length);
  return out + length;
}

// At most BLOCK_MAX bytes into `out`, which has bound(length). Returns the block's length.
inline size_t compress(const uint8_t* in, size_t length, uint8_t* const start) {
  uint8_t* out = start;
  const uint8_t* const end = in + length;
  const uint8_t* anchor = in;
  if (length > MATCH_LIMIT) {
    uint16_t table[1 << HASH_BITS];
    memset(table, 0, sizeof table);
    const uint8_t* const searchEnd = end - MATCH_LIMIT;
    const uint8_t* const matchEnd = end - LAST_LITERALS;
    const uint8_t* at = in + 1;
    while (at <= searchEnd) {
      const uint8_t* match;
      size_t tries = 1 << SKIP_SHIFT;
      for (;;) {
        uint32_t hash = hashAt(at);
        match = in + table[hash];
        table[hash] = static_cast<uint16_t>(at - in);
        if (codec::load32(match) == codec::load32(at)) break;
        at += tries++ >> SKIP_SHIFT;
        if (at > searchEnd) goto finish;
      }
      while (at > anchor && match > in && at[-1] == match[-1]) {
        --at;
        --match;
      }
      uint8_t* token = out++;
      out = putLiterals(out, token, anchor, static_cast<size_t>(at - anchor));
      for (;;) {
        codec::store16(out, static_cast<uint16_t>(at - match));
        out += 2;
        size_t matched = codec::equalBytes(at + MATCH_MIN, match + MATCH_MIN, matchEnd);
        at += MATCH_MIN + matched;
        if (matched < 15) {
          *token = static_cast<uint8_t>(*token | matched);
        } else {
          *token |= 15;
          out = putLength(out, matched - 15);
        }
        anchor = at;
        if (at > searchEnd) goto finish;
        table[hashAt(at - 2)] = static_cast<uint16_t>(at - 2 - in);
        uint32_t hash = hashAt(at);
        match = in + table[hash];
        table[hash] = static_cast<uint16_t>(at - in);
        if (codec::load32(match) != codec::load32(at)) break;
        token = out++;
        *token = 0;
      }
      ++at;
    }
  }
finish:
  uint8_t* token = out++;
  return static_cast<size_t>(putLiterals(out, token, anchor, static_cast<size_t>(end - anchor)) - start);
}

// -1: the end is missing.
inline bool readLength(const uint8_t*& in, const uint8_t* end, size_t& length) {
  uint8_t more;
  do {
    if (in >= end) return false;
    more = *in++;
    length += more;
  } while (more == 255);
  return true;
}

// One block into [out, out + capacity); matches may reach back to `history`. Bytes up to `limit` may be overwritten beyond what is
// returned. -1: the block is damaged or opens to more.
inline long decompress(const uint8_t* in, size_t length, const uint8_t* history, uint8_t* const start, size_t capacity, const uint8_t* limit) {
  const uint8_t* const end = in + length;
  uint8_t* out = start;
  uint8_t* const outEnd = start + capacity;
  while (in < end) {
    const uint8_t token = *in++;
    size_t literals = token >> 4;
    // Most rows: few literals and a short match that does not overlap itself, in copies of fixed sizes.
    if (literals != 15 && end - in >= SHORT_ROW_IN && outEnd - out >= SHORT_ROW_OUT) {
      memcpy(out, in, 16);
      out += literals;
      in += literals;
      const size_t distance = codec::load16(in);
      const size_t matched = token & 15;
      if (matched != 15 && distance >= 8 && distance <= static_cast<size_t>(out - history)) {
        const uint8_t* from = out - distance;
        memcpy(out, from, 8);
        memcpy(out + 8, from + 8, 8);
        memcpy(out + 16, from + 16, 2);
        out += matched + MATCH_MIN;
        in += 2;
        continue;
      }
      // The match goes the long way; its literals are in place.
      literals = 0;
    }
    if (literals == 15 && !readLength(in, end, literals)) return -1;
    if (literals > static_cast<size_t>(end - in) || literals > static_cast<size_t>(outEnd - out)) return -1;
    codec::copyLiterals(out, in, literals, limit, end);
    out += literals;
    in += literals;
    if (in == end) return out - start;
    if (end - in < 2) return -1;
    const size_t distance = codec::load16(in);
    in += 2;
    size_t matched = token & 15;
    if (matched == 15 && !readLength(in, end, matched)) return -1;
    matched += MATCH_MIN;
    if (distance == 0 || distance > static_cast<size_t>(out - history) || matched > static_cast<size_t>(outEnd - out)) return -1;
    codec::copyMatch(out, distance, matched, limit);
    out += matched;
  }
  return -1;
}

}  // namespace lz4
