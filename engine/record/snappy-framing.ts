/**
 * snappy as Java's clients write it, in xerial framing (magic, version 1, compatible version 1, then [int32 length, raw block]*); raw
 * blocks, as librdkafka and franz-go write them, are read too. Blocks go through the add-on, else through the snappy package.
 */
import { compressSync, uncompressSync } from 'snappy';
import { native } from '../native/native.ts';
import { CompressionError } from './compression-error.ts';
import type { Allocate } from './scratch-memory.ts';

const MAGIC = Buffer.from('82534e4150505900', 'hex');
const HEADER = Buffer.concat([MAGIC, Buffer.from('0000000100000001', 'hex')]);
/** The largest that a raw block's matches reach over. */
const BLOCK_BYTES = 64 * 1024;
const LENGTH_BYTES = 4;
const COPIED = { copyOutputData: true };
/** Room behind the open bytes, for copies in whole steps. */
const SLACK_BYTES = 32;

let scratch = Buffer.alloc(0);

/** Lent until the next call. */
export function compressSnappy(bytes: Buffer): Buffer {
  if (native === undefined) return compressPortably(bytes);
  const blockCount = Math.ceil(bytes.length / BLOCK_BYTES);
  const bound = HEADER.length + blockCount * (LENGTH_BYTES + boundOf(BLOCK_BYTES));
  if (scratch.length < bound) {
    scratch = Buffer.allocUnsafeSlow(bound);
    HEADER.copy(scratch);
  }
  let at = HEADER.length;
  for (let from = 0; from < bytes.length; from += BLOCK_BYTES) {
    const length = native.snappyCompress(bytes, from, Math.min(from + BLOCK_BYTES, bytes.length), scratch, at + LENGTH_BYTES);
    scratch.writeInt32BE(length, at);
    at += LENGTH_BYTES + length;
  }
  return scratch.subarray(0, at);
}

/** snappy::MaxCompressedLength */
function boundOf(bytes: number): number {
  return 32 + bytes + Math.floor(bytes / 6);
}

function compressPortably(bytes: Buffer): Buffer {
  const parts: Buffer[] = [HEADER];
  for (let at = 0; at < bytes.length; at += BLOCK_BYTES) {
    const block = compressSync(bytes.subarray(at, at + BLOCK_BYTES), COPIED) as Buffer;
    const length = Buffer.allocUnsafe(LENGTH_BYTES);
    length.writeInt32BE(block.length);
    parts.push(length, block);
  }
  return Buffer.concat(parts);
}

interface Block {
  readonly start: number;
  /** Where its elements begin, behind its open size. */
  readonly elementsStart: number;
  readonly end: number;
  readonly openBytes: number;
}

/** Nothing is allocated before all blocks are known to open to at most `maxBytes`. Throws CompressionError, and what the package throws on damage. */
export function openSnappy(bytes: Buffer, maxBytes: number, allocate: Allocate): Buffer {
  const blocks = blocksOf(bytes);
  let total = 0;
  for (const { openBytes } of blocks) total += openBytes;
  if (total > maxBytes) throw CompressionError.tooLarge('snappy', maxBytes);
  if (native === undefined) {
    const parts = blocks.map(({ start, end }) => uncompressSync(bytes.subarray(start, end), { asBuffer: true, ...COPIED }) as Buffer);
    return parts.length === 1 ? (parts[0] as Buffer) : Buffer.concat(parts);
  }
  const target = allocate(total + SLACK_BYTES);
  let at = 0;
  for (const { elementsStart, end, openBytes } of blocks) {
    native.snappyDecompress(bytes, elementsStart, end, target, at, openBytes);
    at += openBytes;
  }
  return target.subarray(0, total);
}

function blocksOf(bytes: Buffer): Block[] {
  if (bytes.length < HEADER.length || bytes.compare(MAGIC, 0, MAGIC.length, 0, MAGIC.length) !== 0) return [blockAt(bytes, 0, bytes.length)];
  const blocks: Block[] = [];
  let at = HEADER.length;
  while (at < bytes.length) {
    if (at + LENGTH_BYTES > bytes.length) throw new CompressionError('snappy block length is cut short');
    const length = bytes.readInt32BE(at);
    at += LENGTH_BYTES;
    if (length < 0 || at + length > bytes.length) throw new CompressionError(`snappy block of ${length} bytes is cut short at ${bytes.length - at}`);
    blocks.push(blockAt(bytes, at, at + length));
    at += length;
  }
  return blocks;
}

/** A raw block begins with its open size as a varint. */
function blockAt(bytes: Buffer, start: number, end: number): Block {
  let openBytes = 0;
  for (let at = start; ; at++) {
    if (at >= end || at - start > 4) throw new CompressionError('snappy block has no valid size');
    const byte = bytes[at] as number;
    openBytes += (byte & 0x7f) * 2 ** (7 * (at - start));
    if (byte < 0x80) return { start, elementsStart: at + 1, end, openBytes };
  }
}
