/**
 * Sizes of records as a table that is gone through over and over: a distribution by equally likely quantiles in a drawn order, so that every
 * pass holds exactly the distribution, or the sizes of a file in its own order.
 */
import { readFileSync } from 'node:fs';
import { normalQuantile } from '../../results/statistics/distributions.ts';
import { mix32, Xoshiro128 } from './xoshiro128.ts';

export type SizeDistribution =
  | { readonly kind: 'uniform'; readonly minBytes: number; readonly maxBytes: number }
  /** By its mean and 99th percentile, as such sizes are usually known. */
  | { readonly kind: 'lognormal'; readonly meanBytes: number; readonly p99Bytes: number }
  /** OpenMessaging Benchmark's messageSizeDistribution: uniform within a bucket. */
  | { readonly kind: 'buckets'; readonly buckets: readonly SizeBucket[] }
  /** A size a line, in bytes. */
  | { readonly kind: 'file'; readonly path: string };

export interface SizeBucket {
  readonly minBytes: number;
  readonly maxBytes: number;
  readonly weight: number;
}

/** What is wrong with sizes, in words. */
export class SizeError extends Error {
  override readonly name = 'SizeError';
}

const TABLE_SIZES = 4096;
const FILE_SIZES_MAX = 1_000_000;
export const RECORD_BYTES_MAX = 16 << 20;
const P99_SIGMAS = normalQuantile(0.99);

/** Whole bytes from 1 up. Throws SizeError. */
export function sizeTable(sizes: SizeDistribution, seed: number): Uint32Array {
  if (sizes.kind === 'file') return sizesOfFile(sizes.path);
  const quantile = quantileOf(sizes);
  const table = Uint32Array.from({ length: TABLE_SIZES }, (_, at) => Math.min(RECORD_BYTES_MAX, Math.max(1, Math.round(quantile((at + 0.5) / TABLE_SIZES)))));
  const random = new Xoshiro128(mix32(seed, 6000));
  for (let at = table.length - 1; at > 0; at--) {
    const other = random.nextInt(at + 1);
    [table[at], table[other]] = [table[other] as number, table[at] as number];
  }
  return table;
}

function quantileOf(sizes: Exclude<SizeDistribution, { kind: 'file' }>): (share: number) => number {
  switch (sizes.kind) {
    case 'uniform': {
      const { minBytes, maxBytes } = sizes;
      if (!(minBytes >= 1 && maxBytes >= minBytes && maxBytes <= RECORD_BYTES_MAX)) throw new SizeError(`record sizes from ${minBytes} to ${maxBytes} bytes: they must rise, from 1 to ${RECORD_BYTES_MAX}`);
      return (share) => minBytes + share * (maxBytes - minBytes);
    }
    case 'lognormal':
      return lognormalQuantile(sizes);
    case 'buckets':
      return bucketQuantile(sizes.buckets);
  }
}

/** ln(p99 / mean) = z sigma - sigma^2 / 2: the smaller root; the largest ratio there is lies at sigma = z. */
function lognormalQuantile({ meanBytes, p99Bytes }: Extract<SizeDistribution, { kind: 'lognormal' }>): (share: number) => number {
  const ratio = p99Bytes / meanBytes;
  const ratioMax = Math.exp(P99_SIGMAS ** 2 / 2);
  if (!(meanBytes >= 1 && ratio >= 1 && ratio <= ratioMax)) throw new SizeError(`a lognormal distribution with a mean of ${meanBytes} has its p99 between that and ${Math.floor(meanBytes * ratioMax)} bytes, not at ${p99Bytes}`);
  const sigma = P99_SIGMAS - Math.sqrt(P99_SIGMAS ** 2 - 2 * Math.log(ratio));
  const mu = Math.log(meanBytes) - sigma ** 2 / 2;
  return (share) => Math.exp(mu + sigma * normalQuantile(share));
}

function bucketQuantile(buckets: readonly SizeBucket[]): (share: number) => number {
  const wrong = buckets.find(({ minBytes, maxBytes, weight }) => !(minBytes >= 0 && maxBytes >= Math.max(1, minBytes) && maxBytes <= RECORD_BYTES_MAX && weight >= 0 && Number.isFinite(weight)));
  if (wrong !== undefined) throw new SizeError(`the bucket ${wrong.minBytes}-${wrong.maxBytes} with weight ${wrong.weight}: sizes must rise, up to ${RECORD_BYTES_MAX}, and a weight is a number from 0 up`);
  const total = buckets.reduce((sum, { weight }) => sum + weight, 0);
  if (!(total > 0)) throw new SizeError('the weights of the sizes sum to 0');
  return (share) => {
    let rest = share * total;
    for (const { minBytes, maxBytes, weight } of buckets) {
      if (rest <= weight && weight > 0) return minBytes + (rest / weight) * (maxBytes - minBytes);
      rest -= weight;
    }
    return buckets.at(-1)?.maxBytes ?? 1;
  };
}

function sizesOfFile(path: string): Uint32Array {
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch (error) {
    throw new SizeError(`cannot read sizes from ${path}: ${(error as NodeJS.ErrnoException).code === 'ENOENT' ? 'there is no such file' : (error as Error).message}`, { cause: error });
  }
  const sizes: number[] = [];
  for (const [at, line] of text.split(/\r?\n/).entries()) {
    if (line.trim() === '' || line.startsWith('#')) continue;
    const bytes = Number(line.trim());
    if (!(Number.isInteger(bytes) && bytes >= 1 && bytes <= RECORD_BYTES_MAX)) throw new SizeError(`${path}, line ${at + 1}: "${line.trim().slice(0, 40)}" is no whole number of bytes from 1 to ${RECORD_BYTES_MAX}`);
    sizes.push(bytes);
    if (sizes.length > FILE_SIZES_MAX) throw new SizeError(`${path} holds more than ${FILE_SIZES_MAX} sizes: give a part of them`);
  }
  if (sizes.length === 0) throw new SizeError(`${path} holds no size: it needs a number of bytes a line`);
  return Uint32Array.from(sizes);
}

/**
 * In one word: `200..2k` (uniform), `lognormal:1k:8k` (mean and p99), `0-256=234,256-1024=70` (buckets with weights), `@sizes.txt`. Undefined: it is
 * none of these. `bytesOf` reads one size, and throws for what is none.
 */
export function parseSizes(text: string, bytesOf: (text: string) => number): SizeDistribution | undefined {
  if (text.startsWith('@')) return { kind: 'file', path: text.slice(1) };
  const lognormal = /^lognormal:([^:]+):([^:]+)$/.exec(text);
  if (lognormal !== null) return { kind: 'lognormal', meanBytes: bytesOf((lognormal[1] ?? '').trim()), p99Bytes: bytesOf((lognormal[2] ?? '').trim()) };
  const uniform = /^(.+?)\.\.(.+)$/.exec(text);
  if (uniform !== null) return { kind: 'uniform', minBytes: bytesOf((uniform[1] ?? '').trim()), maxBytes: bytesOf((uniform[2] ?? '').trim()) };
  return text.includes('=') ? { kind: 'buckets', buckets: text.split(',').map((bucket) => sizeBucket(...halves(bucket))) } : undefined;
}

function halves(bucket: string): [string, number] {
  const [range = '', weight = '', ...rest] = bucket.split('=');
  return [range, weight.trim() === '' || rest.length > 0 ? Number.NaN : Number(weight)];
}

/** `0-256` with its weight. Throws SizeError. */
export function sizeBucket(range: string, weight: number): SizeBucket {
  const match = /^\s*(\d+)\s*-\s*(\d+)\s*$/.exec(range);
  if (match === null || !(weight >= 0)) throw new SizeError(`"${range}" with weight ${weight} is no bucket of sizes: write it as 0-256 with a weight from 0 up`);
  return { minBytes: Number(match[1]), maxBytes: Number(match[2]), weight };
}
