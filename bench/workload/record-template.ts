/**
 * Records from a template: its text with placeholders. Before the load so many variants are rendered; `int`, `letters` and `pick` are a variant's,
 * `uuid`, `timestamp` and `key` are each record's own and patched in place (they have a fixed width).
 *
 *   {{uuid}}            a version 4 UUID of the record's own
 *   {{timestamp}}       when the record was due, epoch milliseconds
 *   {{key}}             the record's key, six digits
 *   {{int 1 100}}       a whole number of the range, both ends included
 *   {{letters 12}}      so many lower-case letters
 *   {{pick a|b|c}}      one of the words
 */
import { readFileSync } from 'node:fs';
import { KEY_DIGITS, writeKeyDigits } from './event-stamp.ts';
import { KeyWriter, type KeyOptions } from './key-writer.ts';
import type { RecordSlot, RecordSource } from './record-source.ts';
import { mix32, Xoshiro128 } from './xoshiro128.ts';

/** What is wrong with a template, with its line and column. */
export class TemplateError extends Error {
  override readonly name = 'TemplateError';
}

export interface RecordTemplateOptions extends KeyOptions {
  /** The text itself, or `@` and the name of a file that holds it. */
  readonly template: string;
}

const VARIANTS_MAX = 4096;
const VARIANTS_MIN = 16;
const POOL_BYTES = 8 << 20;
const TEMPLATE_BYTES_MAX = 1 << 20;
const TIME_DIGITS = 13;
const UUID = '00000000-0000-4000-8000-000000000000';
/** Places of a UUID's bytes in its text. */
const UUID_AT = [0, 2, 4, 6, 9, 11, 14, 16, 19, 21, 24, 26, 28, 30, 32, 34];

type Part =
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'uuid' | 'timestamp' | 'key' }
  | { readonly kind: 'int'; readonly low: number; readonly high: number }
  | { readonly kind: 'letters'; readonly count: number }
  | { readonly kind: 'pick'; readonly words: readonly string[] };

type Patch = 'uuid' | 'timestamp' | 'key';
const BLANKS: Readonly<Record<Patch, string>> = { uuid: UUID, timestamp: '0'.repeat(TIME_DIGITS), key: '0'.repeat(KEY_DIGITS) };

/** 00 to ff as two ASCII bytes. */
const HEX = Uint16Array.from({ length: 256 }, (_, byte) => Buffer.from(byte.toString(16).padStart(2, '0')).readUInt16BE());

export class RecordTemplate implements RecordSource {
  readonly isStamped = false;
  readonly warnings: readonly string[];
  readonly valueBytesMean: number;
  readonly keyBytesMean: number;
  readonly #keys: KeyWriter;
  readonly #pool: Buffer;
  readonly #view: DataView;
  readonly #count: number;
  /** Of variant i: where it begins; one more entry holds the end. */
  readonly #starts: Uint32Array;
  readonly #patches: readonly Patch[];
  /** By variant and patch: its place in the pool. */
  readonly #places: Uint32Array;
  readonly #stream: number;
  readonly #uuidStreams: readonly number[];
  #timeMs = -1;
  readonly #timeDigits = Buffer.alloc(TIME_DIGITS);

  /** Throws TemplateError. */
  constructor(options: RecordTemplateOptions) {
    const parts = parseTemplate(textOf(options.template));
    this.#patches = parts.flatMap(({ kind }) => (kind in BLANKS ? [kind as Patch] : []));
    const random = new Xoshiro128(mix32(options.seed, 7000));
    const first = rendered(parts, random);
    this.#count = Math.min(VARIANTS_MAX, Math.max(VARIANTS_MIN, Math.floor(POOL_BYTES / first.text.length)));
    const variants = [first, ...Array.from({ length: this.#count - 1 }, () => rendered(parts, random))];
    this.#starts = new Uint32Array(this.#count + 1);
    variants.forEach(({ bytes }, at) => (this.#starts[at + 1] = (this.#starts[at] as number) + bytes.length));
    this.#places = Uint32Array.from(variants.flatMap(({ places }, at) => places.map((place) => (this.#starts[at] as number) + place)));
    this.#pool = Buffer.concat(variants.map(({ bytes }) => bytes));
    this.#view = new DataView(this.#pool.buffer, this.#pool.byteOffset, this.#pool.length);
    this.#keys = new KeyWriter(options);
    this.#stream = mix32(options.seed, 7100 + options.worker);
    this.#uuidStreams = [0, 1, 2, 3].map((word) => mix32(this.#stream, 7200 + word));
    this.valueBytesMean = this.#pool.length / this.#count;
    this.keyBytesMean = this.#keys.keyBytesMean;
    this.warnings = isJson(first.text) ? [] : ['the template’s records are no JSON'];
  }

  fill(slot: RecordSlot, n: number, intendedEpochUs: number): void {
    const key = this.#keys.write(slot, n);
    const variant = mix32(this.#stream, n) % this.#count;
    for (let patch = 0, place = variant * this.#patches.length; patch < this.#patches.length; patch++, place++) {
      const at = this.#places[place] as number;
      const kind = this.#patches[patch];
      if (kind === 'key') writeKeyDigits(this.#view, at, key);
      else if (kind === 'timestamp') this.#writeTime(at, Math.floor(intendedEpochUs / 1000));
      else this.#writeUuid(at, n, patch);
    }
    slot.value = this.#pool;
    slot.valueStart = this.#starts[variant] as number;
    slot.valueEnd = this.#starts[variant + 1] as number;
  }

  close(): void {}

  #writeTime(at: number, ms: number): void {
    if (ms !== this.#timeMs) {
      this.#timeMs = ms;
      this.#timeDigits.write(String(ms).padStart(TIME_DIGITS, '0'), 'latin1');
    }
    for (let i = 0; i < TIME_DIGITS; i++) this.#pool[at + i] = this.#timeDigits[i] as number;
  }

  /** 122 bits of (seed, worker, place in the template, n); the others say version 4, variant 1. */
  #writeUuid(at: number, n: number, patch: number): void {
    for (let word = 0; word < 4; word++) {
      const bits = mix32((this.#uuidStreams[word] as number) + patch, n);
      for (let b = 0; b < 4; b++) {
        let byte = (bits >>> (b * 8)) & 0xff;
        const index = word * 4 + b;
        if (index === 6) byte = 0x40 | (byte & 0x0f);
        else if (index === 8) byte = 0x80 | (byte & 0x3f);
        this.#view.setUint16(at + (UUID_AT[index] as number), HEX[byte] as number);
      }
    }
  }
}

function textOf(template: string): string {
  if (!template.startsWith('@')) return template;
  const path = template.slice(1);
  try {
    return readFileSync(path, 'utf8').replace(/\r?\n$/, '');
  } catch (error) {
    throw new TemplateError(`cannot read the template ${path}: ${(error as NodeJS.ErrnoException).code === 'ENOENT' ? 'there is no such file' : (error as Error).message}`, { cause: error });
  }
}

export function parseTemplate(text: string): Part[] {
  if (text === '') throw new TemplateError('the template is empty: it needs at least one character');
  if (text.length > TEMPLATE_BYTES_MAX) throw new TemplateError(`the template has ${text.length} characters, more than ${TEMPLATE_BYTES_MAX}`);
  const parts: Part[] = [];
  let from = 0;
  for (const match of text.matchAll(/\{\{\s*([a-z]+)?\s*([^}]*?)\s*\}\}/gi)) {
    if (match.index > from) parts.push({ kind: 'text', text: text.slice(from, match.index) });
    const part = placeholder(match[1] ?? '', match[2] ?? '');
    if (typeof part === 'string') throw new TemplateError(`${placeIn(text, match.index)}: ${match[0]} ${part}`);
    parts.push(part);
    from = match.index + match[0].length;
  }
  if (from < text.length) parts.push({ kind: 'text', text: text.slice(from) });
  return parts;
}

/** Or what is wrong with it. */
function placeholder(name: string, rest: string): Part | string {
  switch (name) {
    case 'uuid':
    case 'timestamp':
    case 'key':
      return rest === '' ? { kind: name } : 'takes no more words';
    case 'int': {
      const match = /^(-?\d+)\s+(-?\d+)$/.exec(rest);
      const [low, high] = [Number(match?.[1]), Number(match?.[2])];
      return match === null || high < low || !Number.isSafeInteger(high - low) ? 'needs two whole numbers that rise, as {{int 1 100}}' : { kind: 'int', low, high };
    }
    case 'letters':
      return /^[1-9]\d{0,5}$/.test(rest) ? { kind: 'letters', count: Number(rest) } : 'needs how many, as {{letters 12}}';
    case 'pick':
      return rest === '' ? 'needs words, as {{pick a|b|c}}' : { kind: 'pick', words: rest.split('|').map((word) => word.trim()) };
    default:
      return 'is no placeholder: there are uuid, timestamp, key, int, letters and pick';
  }
}

function placeIn(text: string, index: number): string {
  const before = text.slice(0, index).split('\n');
  return `template, line ${before.length}, column ${(before.at(-1)?.length ?? 0) + 1}`;
}

/** One variant, with the places of its patches. */
function rendered(parts: readonly Part[], random: Xoshiro128): { text: string; bytes: Buffer; places: number[] } {
  let text = '';
  const places: number[] = [];
  for (const part of parts) {
    if (part.kind === 'text') text += part.text;
    else if (part.kind === 'int') text += String(part.low + random.nextInt(part.high - part.low + 1));
    else if (part.kind === 'letters') text += Array.from({ length: part.count }, () => String.fromCharCode(97 + random.nextInt(26))).join('');
    else if (part.kind === 'pick') text += part.words[random.nextInt(part.words.length)];
    else {
      places.push(Buffer.byteLength(text));
      text += BLANKS[part.kind];
    }
  }
  return { text, bytes: Buffer.from(text), places };
}

/** As numbers with leading zeros stand for what is patched in, ones are tried. */
function isJson(text: string): boolean {
  try {
    JSON.parse(text.replaceAll(/(?<![\d.])0(?=\d{5,})/g, '1'));
    return true;
  } catch {
    return false;
  }
}
