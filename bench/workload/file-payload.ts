/**
 * Records from a file of any size, cycled. At most one window of the file is in memory: the whole file when it is small
 * (split and keyed once, before the load), else a slice that is read and split when the one before is used up.
 * The bytes of a record are sent as they are in the file. An empty file and one without records are refused;
 * bytes that are not UTF-8, a last line without its end and records without the key only warn.
 */
import { isUtf8 } from 'node:buffer';
import { closeSync, fstatSync, openSync, readSync } from 'node:fs';
import { arrayBodyStart, detectFormat, skipByteOrderMark, splitterFor, type PayloadFormat, type Splitter } from './payload-format.ts';
import { isWholeRow, keyExtractorFor, type KeyExtractor } from './payload-key.ts';
import type { RecordSlot, RecordSource } from './record-source.ts';

/** Files up to this size are split once and held; larger ones go through slices of SLICE_BYTES, so that no read or scan takes long. */
const WHOLE_FILE_BYTES_MAX = 32 << 20;
const SLICE_BYTES = 256 << 10;
/** A record longer than this is refused; brokers refuse far smaller ones. */
const RECORD_BYTES_MAX = 16 << 20;
const HEAD_BYTES = 64 << 10;

export class PayloadError extends Error {
  override readonly name = 'PayloadError';
}

export interface FilePayloadOptions {
  readonly path: string;
  /** Dotted JSON path or CSV column; undefined: records have no key. */
  readonly key?: string | undefined;
  /** For tests: see WHOLE_FILE_BYTES_MAX and SLICE_BYTES. */
  readonly wholeFileBytesMax?: number;
  readonly sliceBytes?: number;
}

export class FilePayload implements RecordSource {
  readonly isStamped = false;
  readonly format: PayloadFormat;
  readonly path: string;
  readonly #fd: number;
  readonly #fileBytes: number;
  readonly #bodyStart: number;
  /** First row of a CSV file. */
  readonly #header: string;
  readonly #split: Splitter;
  readonly #extractKey: KeyExtractor | undefined;
  readonly #sliceBytes: number;
  readonly #isWhole: boolean;
  readonly #warnings = new Map<string, string>();

  /** The window: bytes [0, #filled) of #bytes stand at file position #windowAt. */
  #bytes: Buffer;
  #filled = 0;
  #windowAt: number;
  #records: { starts: number[]; ends: number[] } = { starts: [], ends: [] };
  #keys: { bytes: Buffer; ends: number[] } = { bytes: Buffer.alloc(0), ends: [] };
  #carryFrom = 0;
  #isAtEnd = false;
  #position = 0;
  /** Number of the record that `fill` served last, and whether anything was found in this pass over the file. */
  #served = -1;
  #isFirstPass = true;
  #passes = 0;
  readonly valueBytesMean: number;
  readonly keyBytesMean: number;

  /** Throws PayloadError when there is nothing to send. */
  constructor(options: FilePayloadOptions) {
    this.path = options.path;
    this.#fd = openPayload(options.path);
    try {
      this.#fileBytes = fstatSync(this.#fd).size;
      const head = Buffer.alloc(Math.min(HEAD_BYTES, this.#fileBytes));
      readSync(this.#fd, head, 0, head.length, 0);
      if (head.length === 0) throw new PayloadError(`payload file ${options.path} is empty: it needs at least one record`);
      this.format = detectFormat(options.path, head);
      this.#split = splitterFor(this.format);
      const header = this.format === 'csv' ? headerOf(head, this.#split, options.path) : { text: '', bodyStart: skipByteOrderMark(head) };
      this.#bodyStart = this.format === 'json-array' ? arrayBodyStart(head) : header.bodyStart;
      this.#header = header.text;
      this.#windowAt = this.#bodyStart;
      this.#extractKey = options.key === undefined ? undefined : requireExtractor(this.format, options.key, header.text, options.path);
      this.#isWhole = this.#fileBytes <= (options.wholeFileBytesMax ?? WHOLE_FILE_BYTES_MAX);
      this.#sliceBytes = this.#isWhole ? this.#fileBytes : (options.sliceBytes ?? SLICE_BYTES);
      this.#bytes = Buffer.allocUnsafeSlow(this.#sliceBytes);
      this.#nextWindow();
    } catch (error) {
      closeSync(this.#fd);
      throw error;
    }
    const count = this.#records.starts.length;
    this.valueBytesMean = this.#records.ends.reduce((sum, end, i) => sum + end - (this.#records.starts[i] as number), 0) / count;
    this.keyBytesMean = (this.#keys.ends.at(-1) ?? 0) / count;
  }

  /** How often all records were served: 0 during the first pass. */
  get passes(): number {
    return this.#passes;
  }

  get warnings(): readonly string[] {
    return [...this.#warnings.values()];
  }

  /** Records come in file order; a number that was served already (no buffer space) gives the same record again. */
  fill(slot: RecordSlot, n: number, _intendedEpochUs: number): void {
    if (n !== this.#served) {
      if (this.#served >= 0) this.#position++;
      this.#served = n;
      if (this.#position >= this.#records.starts.length) this.#nextWindow();
    }
    const i = this.#position;
    slot.value = this.#bytes;
    slot.valueStart = this.#records.starts[i] as number;
    slot.valueEnd = this.#records.ends[i] as number;
    slot.key = this.#keys.bytes;
    slot.keyStart = i === 0 ? 0 : (this.#keys.ends[i - 1] ?? 0);
    slot.keyEnd = this.#keys.ends[i] ?? -1;
    if (slot.keyEnd === slot.keyStart) slot.keyEnd = -1;
  }

  close(): void {
    closeSync(this.#fd);
  }

  /** Leaves at least one record in the window, or throws. */
  #nextWindow(): void {
    this.#position = 0;
    if (this.#isWhole && !this.#isFirstPass) {
      this.#passes++;
      return;
    }
    do {
      if (this.#isAtEnd) {
        this.#isFirstPass = false;
        this.#passes++;
        this.#isAtEnd = false;
        this.#windowAt = this.#bodyStart;
        this.#filled = 0;
        this.#carryFrom = 0;
      }
      this.#readAndSplit();
      if (this.#isAtEnd && this.#isFirstPass && this.#records.starts.length === 0 && this.#windowAt === this.#bodyStart) {
        throw new PayloadError(`payload file ${this.path} holds no record (read as ${this.format})`);
      }
    } while (this.#records.starts.length === 0);
    if (this.#isWhole) this.#isFirstPass = false;
    this.#takeKeys();
  }

  /** Moves the unfinished record to the front, reads one slice behind it and finds the records in both. */
  #readAndSplit(): void {
    const carried = this.#filled - this.#carryFrom;
    if (carried + this.#sliceBytes > this.#bytes.length) {
      if (carried > RECORD_BYTES_MAX) {
        throw new PayloadError(`payload file ${this.path}: the record at byte ${this.#windowAt + this.#carryFrom} is longer than ${RECORD_BYTES_MAX} bytes (read as ${this.format})`);
      }
      const larger = Buffer.allocUnsafeSlow(carried * 2 + this.#sliceBytes);
      this.#bytes.copy(larger, 0, this.#carryFrom, this.#filled);
      this.#bytes = larger;
    } else {
      this.#bytes.copyWithin(0, this.#carryFrom, this.#filled);
    }
    this.#windowAt += this.#carryFrom;
    const read = readSync(this.#fd, this.#bytes, carried, Math.min(this.#sliceBytes, this.#bytes.length - carried), this.#windowAt + carried);
    this.#filled = carried + read;
    const isFileEnd = read === 0 || this.#windowAt + this.#filled >= this.#fileBytes;
    this.#splitWindow(isFileEnd);
  }

  #splitWindow(isFileEnd: boolean): void {
    const starts: number[] = [];
    const ends: number[] = [];
    this.#records = { starts, ends };
    const window = this.#bytes.subarray(0, this.#filled);
    let from = 0;
    for (;;) {
      const step = this.#split(window, from, this.#filled);
      if (step.kind === 'record') {
        starts.push(step.start);
        ends.push(step.end);
        from = step.next;
        continue;
      }
      this.#carryFrom = step.kind === 'more' ? step.keepFrom : this.#filled;
      if (step.kind === 'more' && isFileEnd && step.keepFrom < this.#filled) this.#takeTruncated(step.keepFrom);
      this.#isAtEnd = isFileEnd || step.kind === 'end';
      break;
    }
    if (this.#isFirstPass && starts.length > 0) this.#checkText(window.subarray(starts[0], ends.at(-1)));
  }

  /** The file ends inside a record: sent as it is. */
  #takeTruncated(start: number): void {
    this.#records.starts.push(start);
    this.#records.ends.push(this.#filled);
    this.#carryFrom = this.#filled;
    const text = this.#bytes.toString('utf8', start, this.#filled);
    const isWhole = this.format === 'json-lines' ? isJson(text) : this.format === 'csv' && isWholeRow(text, this.#header);
    if (isWhole) return;
    this.#warn('truncated', `payload file ${this.path}: the last record (${this.#filled - start} bytes) has no end (${this.format}); it is sent as it is`);
  }

  #checkText(bytes: Buffer): void {
    if (!isUtf8(bytes)) this.#warn('utf8', `payload file ${this.path} holds bytes that are not UTF-8; they are sent as they are`);
  }

  #takeKeys(): void {
    const extract = this.#extractKey;
    if (extract === undefined) return;
    const parts: Buffer[] = [];
    const ends: number[] = [];
    let length = 0;
    for (let i = 0; i < this.#records.starts.length; i++) {
      const key = extract(this.#bytes.subarray(this.#records.starts[i], this.#records.ends[i]));
      if (key === undefined) this.#warn('key', `payload file ${this.path}: records without the key field are sent without a key`);
      else if (key !== '') {
        const bytes = Buffer.from(key);
        parts.push(bytes);
        length += bytes.length;
      }
      ends.push(length);
    }
    this.#keys = { bytes: Buffer.concat(parts), ends };
  }

  #warn(about: string, sentence: string): void {
    if (!this.#warnings.has(about)) this.#warnings.set(about, sentence);
  }
}

function openPayload(path: string): number {
  try {
    const fd = openSync(path, 'r');
    if (!fstatSync(fd).isDirectory()) return fd;
    closeSync(fd);
  } catch (error) {
    throw new PayloadError(`cannot open payload file ${path}: ${(error as NodeJS.ErrnoException).code === 'ENOENT' ? 'there is no such file' : (error as Error).message}`, { cause: error });
  }
  throw new PayloadError(`payload file ${path} is a directory: name one of its files`);
}

function headerOf(head: Buffer, split: Splitter, path: string): { text: string; bodyStart: number } {
  const first = split(head, skipByteOrderMark(head), head.length);
  if (first.kind !== 'record') throw new PayloadError(`payload file ${path} has a CSV header and no row behind it`);
  return { text: head.toString('utf8', first.start, first.end), bodyStart: first.next };
}

function requireExtractor(format: PayloadFormat, key: string, header: string, path: string): KeyExtractor {
  const result = keyExtractorFor(format, key, header);
  if (result.kind === 'impossible') throw new PayloadError(`payload file ${path}: ${result.reason}`);
  return result.extract;
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}
