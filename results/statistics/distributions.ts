/** The normal distribution and Student's t: probabilities and quantiles, good to about 1e-9. */

/** P(Z <= z). The series of Marsaglia 2004 ("Evaluating the normal distribution"); 0 or 1 beyond 8 standard deviations. */
export function normalCdf(z: number): number {
  if (Number.isNaN(z)) return Number.NaN;
  if (z < -8) return 0;
  if (z > 8) return 1;
  let sum = z;
  let term = z;
  for (let n = 3; sum + term !== sum; n += 2) {
    term *= (z * z) / n;
    sum += term;
  }
  return 0.5 + sum * Math.exp(-0.5 * z * z) / Math.sqrt(2 * Math.PI);
}

/** The z with P(Z <= z) = p, within [-8, 8]. Throws RangeError outside 0 <= p <= 1. */
export function normalQuantile(p: number): number {
  return inverse(p, normalCdf, 8);
}

/** P(T <= t) for a whole number of degrees of freedom: Abramowitz and Stegun 1964, 26.7.3 and 26.7.4. */
export function studentTCdf(t: number, degreesOfFreedom: number): number {
  assertDegrees(degreesOfFreedom);
  const angle = Math.atan(t / Math.sqrt(degreesOfFreedom));
  const cosine = Math.cos(angle);
  const isOdd = degreesOfFreedom % 2 === 1;
  let term = isOdd ? cosine : 1;
  let sum = degreesOfFreedom === 1 ? 0 : term;
  for (let k = isOdd ? 3 : 2; k <= degreesOfFreedom - 2; k += 2) {
    term *= ((k - 1) / k) * cosine * cosine;
    sum += term;
  }
  const inside = isOdd ? (2 / Math.PI) * (angle + Math.sin(angle) * sum) : Math.sin(angle) * sum;
  return 0.5 + inside / 2;
}

/** The t with P(T <= t) = p. Throws RangeError outside 0 < p < 1, and for degrees of freedom that are not a whole number from 1. */
export function studentTQuantile(p: number, degreesOfFreedom: number): number {
  assertDegrees(degreesOfFreedom);
  let limit = 8;
  while (limit < 1e12 && studentTCdf(limit, degreesOfFreedom) < Math.max(p, 1 - p)) limit *= 2;
  return inverse(p, (t) => studentTCdf(t, degreesOfFreedom), limit);
}

function assertDegrees(degreesOfFreedom: number): void {
  if (!Number.isInteger(degreesOfFreedom) || degreesOfFreedom < 1) throw new RangeError(`degrees of freedom are a whole number from 1, not ${degreesOfFreedom}`);
}

/** Bisection until the interval has no number inside. */
function inverse(p: number, cdf: (x: number) => number, limit: number): number {
  if (!(p >= 0 && p <= 1)) throw new RangeError(`a probability lies in 0 to 1, not ${p}`);
  let low = -limit;
  let high = limit;
  for (;;) {
    const middle = (low + high) / 2;
    if (middle <= low || middle >= high || high - low < 1e-13) return middle;
    if (cdf(middle) < p) low = middle;
    else high = middle;
  }
}
