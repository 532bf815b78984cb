/**
 * Seeded random numbers for workloads: xoshiro128** (Blackman and Vigna, 2018) for sequences and a counter-based
 * mix for "number n of stream s", so that record n is a function of (seed, worker, n) and nothing else.
 * Statistical quality only: not for secrets.
 */

export class Xoshiro128 {
  #a: number;
  #b: number;
  #c: number;
  #d: number;

  constructor(seed: number) {
    this.#a = mix32(seed, 1);
    this.#b = mix32(seed, 2);
    this.#c = mix32(seed, 3);
    this.#d = mix32(seed, 4) | 1;
  }

  /** Uniform in [0, 2^32). */
  nextUint32(): number {
    const times5 = Math.imul(this.#b, 5);
    const result = Math.imul((times5 << 7) | (times5 >>> 25), 9);
    const shifted = this.#b << 9;
    this.#c ^= this.#a;
    this.#d ^= this.#b;
    this.#b ^= this.#c;
    this.#a ^= this.#d;
    this.#c ^= shifted;
    this.#d = (this.#d << 11) | (this.#d >>> 21);
    return result >>> 0;
  }

  /** Uniform in [0, 1) with 53 bits. */
  nextFloat(): number {
    return (this.nextUint32() * 2 ** 21 + (this.nextUint32() >>> 11)) * 2 ** -53;
  }

  /** Uniform whole number in [0, bound), bound <= 2^32. The bias is below bound / 2^53. */
  nextInt(bound: number): number {
    return Math.floor(this.nextFloat() * bound);
  }
}

/** One of 2^32 well-spread values for each pair; both are taken modulo 2^32. */
export function mix32(stream: number, n: number): number {
  let x = (Math.imul(stream, 0x9e3779b1) + Math.imul(n, 0x85ebca77)) | 0;
  x = Math.imul(x ^ (x >>> 16), 0x21f0aaad);
  x = Math.imul(x ^ (x >>> 15), 0x735a2d97);
  x ^= x >>> 15;
  x = Math.imul((x + stream) ^ (x >>> 13), 0x2c1b3c6d);
  return (x ^ (x >>> 16)) >>> 0;
}

/** Uniform in [0, 1) with 53 bits, a function of (stream, n). */
export function mixFloat(stream: number, n: number): number {
  return (mix32(stream, n) * 2 ** 21 + (mix32(stream ^ 0x5bd1e995, n) >>> 11)) * 2 ** -53;
}
