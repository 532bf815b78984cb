/** Random numbers of the real world: fast and unseeded for choices, from the system's generator for identities. */
import { randomBytes } from 'node:crypto';
import { assert } from '../assert.ts';
import type { Random } from '../environment.ts';

export function createHostRandom(): Random {
  return {
    nextInt(bound) {
      assert(bound >= 1, `nextInt needs a bound of at least 1, not ${bound}`);
      return Math.floor(Math.random() * bound);
    },
    uuid() {
      const bytes = randomBytes(16);
      bytes[6] = ((bytes[6] as number) & 0x0f) | 0x40;
      bytes[8] = ((bytes[8] as number) & 0x3f) | 0x80;
      return bytes;
    },
  };
}
