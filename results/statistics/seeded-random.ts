/**
 * Seeded random numbers for resampling: xoshiro128** (Blackman and Vigna 2018), its state filled by splitmix32.
 * The same seed gives the same sequence on every machine. Statistical quality only: not for secrets.
 */

export class SeededRandom {
  readonly #state: Uint32Array;

  /** The seed is taken modulo 2^32. */
  constructor(seed: number) {
    this.#state = Uint32Array.of(0, 1, 2, 3).map((index) => splitmix32(seed + Math.imul(index + 1, 0x9e3779b9)));
  }

  /** Uniform in [0, 2^32). */
  uint32(): number {
    const state = this.#state as unknown as [number, number, number, number];
    const times5 = Math.imul(state[1], 5);
    const result = Math.imul((times5 << 7) | (times5 >>> 25), 9) >>> 0;
    const shifted = state[1] << 9;
    state[2] ^= state[0];
    state[3] ^= state[1];
    state[1] ^= state[2];
    state[0] ^= state[3];
    state[2] ^= shifted;
    state[3] = (state[3] << 11) | (state[3] >>> 21);
    return result;
  }

  /** Uniform in [0, 1), 32 bits. */
  float(): number {
    return this.uint32() * 2 ** -32;
  }

  /** Uniform whole number in [0, bound). The bias is below bound / 2^32. */
  below(bound: number): number {
    return Math.floor(this.float() * bound);
  }

  /** Standard normal, by Box and Muller 1958. */
  normal(): number {
    return Math.sqrt(-2 * Math.log(1 - this.float())) * Math.cos(2 * Math.PI * this.float());
  }
}

function splitmix32(state: number): number {
  let mixed = state | 0;
  mixed = Math.imul(mixed ^ (mixed >>> 16), 0x21f0aaad);
  mixed = Math.imul(mixed ^ (mixed >>> 15), 0x735a2d97);
  return (mixed ^ (mixed >>> 15)) >>> 0;
}
