/**
 * lz4 frames. Written as Java's clients do: version 1, independent blocks of 64 KiB, no sizes and no checksums (FLG 0x60, BD 0x40,
 * descriptor checksum 0x82). Any frame is read. Blocks go through the add-on, else (and with checksums) through the lz4-napi package.
 */
import { compressSync, decompressFrameSync } from 'lz4-napi';
import { native } from '../native/native.ts';
import { CompressionError } from './compression-error.ts';
import type { Allocate } from './scratch-memory.ts';

const HEADER = Buffer.from('04224d18604082', 'hex');
const MAGIC = 0x184d2204;
const BLOCK_BYTES = 64 * 1024;
const LENGTH_BYTES = 4;
const STORED_BIT = 0x8000_0000;
const LINKED_MAX_HISTORY = 64 * 1024;
/** FLG: blocks do not refer to earlier ones; a checksum behind each block; the open size, a checksum of it, and a dictionary's id in the header. */
const INDEPENDENT = 0x20;
const BLOCK_CHECKSUM = 0x10;
const CONTENT_SIZE = 0x08;
const CONTENT_CHECKSUM = 0x04;
const DICTIONARY = 0x01;
/** lz4-napi puts the open size, little endian, before the block. */
const SIZE_PREFIX = 4;
/** The format cannot expand a byte to more than this. */
const MAX_RATIO = 255;
const MATCH_MIN = 4;
/** Room behind the open bytes, for copies in whole steps. */
const SLACK_BYTES = 32;

let scratch = Buffer.alloc(0);

/** Lent until the next call. */
export function compressLz4(bytes: Buffer): Buffer {
  if (native === undefined) return compressPortably(bytes);
  const blockCount = Math.ceil(bytes.length / BLOCK_BYTES);
  const bound = HEADER.length + blockCount * (LENGTH_BYTES + boundOf(BLOCK_BYTES)) + LENGTH_BYTES;
  if (scratch.length < bound) {
    scratch = Buffer.allocUnsafeSlow(bound);
    HEADER.copy(scratch);
  }
  let at = HEADER.length;
  for (let from = 0; from < bytes.length; from += BLOCK_BYTES) {
    const end = Math.min(from + BLOCK_BYTES, bytes.length);
    let length = native.lz4Compress(bytes, from, end, scratch, at + LENGTH_BYTES);
    const isStored = length >= end - from;
    if (isStored) length = bytes.copy(scratch, at + LENGTH_BYTES, from, end);
    scratch.writeUInt32LE(isStored ? (length | STORED_BIT) >>> 0 : length, at);
    at += LENGTH_BYTES + length;
  }
  scratch.writeUInt32LE(0, at);
  return scratch.subarray(0, at + LENGTH_BYTES);
}

/** LZ4_compressBound */
function boundOf(bytes: number): number {
  return bytes + Math.floor(bytes / 255) + 16;
}

function compressPortably(bytes: Buffer): Buffer {
  const parts: Buffer[] = [HEADER];
  for (let at = 0; at < bytes.length; at += BLOCK_BYTES) {
    const plain = bytes.subarray(at, at + BLOCK_BYTES);
    const block = compressSync(plain).subarray(SIZE_PREFIX);
    const isStored = block.length >= plain.length;
    const length = Buffer.allocUnsafe(LENGTH_BYTES);
    length.writeUInt32LE(isStored ? (plain.length | STORED_BIT) >>> 0 : block.length);
    parts.push(length, isStored ? plain : block);
  }
  parts.push(Buffer.alloc(LENGTH_BYTES));
  return Buffer.concat(parts);
}

interface Block {
  readonly start: number;
  readonly end: number;
  readonly isStored: boolean;
}

/** Throws CompressionError, and what the package throws on damage. */
export function openLz4(bytes: Buffer, maxBytes: number, allocate: Allocate): Buffer {
  if (bytes.length < HEADER.length || bytes.readUInt32LE(0) !== MAGIC) throw new CompressionError('lz4 data does not begin with a frame');
  const flags = bytes[4] as number;
  const blocks = blocksOf(bytes, flags);
  const isPlain = flags >> 6 === 1 && (flags & (BLOCK_CHECKSUM | CONTENT_CHECKSUM | DICTIONARY)) === 0;
  if (native === undefined || !isPlain) return openPortably(bytes, blocks, maxBytes);
  const blockMax = blockMaxOf(bytes[5] as number);
  let most = 0;
  for (const { start, end, isStored } of blocks) most += isStored ? end - start : Math.min(blockMax, (end - start) * MAX_RATIO);
  const capacity = Math.min(most, maxBytes);
  const target = allocate(capacity + SLACK_BYTES);
  const historyBytes = (flags & INDEPENDENT) === 0 ? LINKED_MAX_HISTORY : 0;
  let at = 0;
  for (const block of blocks) at += openBlock(bytes, block, { target, at, limit: Math.min(at + blockMax, capacity), history: Math.max(0, at - historyBytes), maxBytes });
  return target.subarray(0, at);
}

function openBlock(bytes: Buffer, { start, end, isStored }: Block, into: { target: Buffer; at: number; limit: number; history: number; maxBytes: number }): number {
  const { target, at, limit, maxBytes } = into;
  if (isStored) {
    if (end - start > limit - at) throw CompressionError.tooLarge('lz4', maxBytes);
    return bytes.copy(target, at, start, end);
  }
  try {
    return (native as NonNullable<typeof native>).lz4Decompress(bytes, start, end, target, into.history, at, limit);
  } catch (error) {
    if (at + blockOpenBytes(bytes, start, end) > maxBytes) throw CompressionError.tooLarge('lz4', maxBytes);
    throw error;
  }
}

/** The descriptor's second byte names the largest open size of a block: 64 KiB, 256 KiB, 1 MiB or 4 MiB. */
function blockMaxOf(descriptor: number): number {
  const size = (descriptor >> 4) & 7;
  if (size < 4) throw new CompressionError(`lz4 frame with the unknown block size ${size}`);
  return 1 << (8 + 2 * size);
}

/** The package opens a frame that ends between two blocks, and opens any frame to its end: both are looked for before. */
function openPortably(bytes: Buffer, blocks: readonly Block[], maxBytes: number): Buffer {
  if (bytes.length * MAX_RATIO > maxBytes) {
    let total = 0;
    for (const { start, end, isStored } of blocks) total += isStored ? end - start : blockOpenBytes(bytes, start, end);
    if (total > maxBytes) throw CompressionError.tooLarge('lz4', maxBytes);
  }
  return decompressFrameSync(bytes);
}

function blocksOf(bytes: Buffer, flags: number): Block[] {
  const blocks: Block[] = [];
  let at = HEADER.length + ((flags & CONTENT_SIZE) !== 0 ? 8 : 0) + ((flags & DICTIONARY) !== 0 ? 4 : 0);
  for (;;) {
    if (at + LENGTH_BYTES > bytes.length) throw new CompressionError('lz4 frame is cut short');
    const word = bytes.readUInt32LE(at);
    if (word === 0) return blocks;
    const start = at + LENGTH_BYTES;
    const end = start + (word & 0x7fff_ffff);
    if (end > bytes.length) throw new CompressionError(`lz4 block of ${end - start} bytes is cut short at ${bytes.length - start}`);
    blocks.push({ start, end, isStored: word >= STORED_BIT });
    at = end + ((flags & BLOCK_CHECKSUM) !== 0 ? 4 : 0);
  }
}

/** A block is a row of: token, literals, offset (2 bytes), match; the last one ends behind its literals. */
function blockOpenBytes(bytes: Buffer, start: number, end: number): number {
  let total = 0;
  let at = start;
  const lengthOf = (nibble: number): number => {
    let length = nibble;
    if (nibble < 15) return length;
    while (at < end) {
      const more = bytes[at++] as number;
      length += more;
      if (more < 255) break;
    }
    return length;
  };
  while (at < end) {
    const token = bytes[at++] as number;
    const literals = lengthOf(token >> 4);
    total += literals;
    at += literals;
    if (at >= end) break;
    at += 2;
    total += MATCH_MIN + lengthOf(token & 15);
  }
  return total;
}
