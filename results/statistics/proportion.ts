/** The interval of a share that was counted. */
import type { Interval } from './bootstrap.ts';
import { normalQuantile } from './distributions.ts';

/** Wilson 1927: stays within 0 to 1 and right for few trials and shares near the ends. `confidence` 0.95 by default. Throws RangeError without a trial. */
export function wilsonInterval({ successes, trials }: { successes: number; trials: number }, confidence = 0.95): Interval {
  if (!(trials >= 1 && successes >= 0 && successes <= trials)) throw new RangeError(`${successes} of ${trials} is no share`);
  const z = normalQuantile(1 - (1 - confidence) / 2);
  const share = successes / trials;
  const center = (share + z ** 2 / (2 * trials)) / (1 + z ** 2 / trials);
  const half = (z / (1 + z ** 2 / trials)) * Math.sqrt((share * (1 - share)) / trials + z ** 2 / (4 * trials ** 2));
  return { low: Math.max(0, center - half), high: Math.min(1, center + half) };
}
