/**
 * One server, one queue: M/M/1, M/D/1 and Kingman's approximation of G/G/1. Results are multiples of the service time unless they name
 * seconds. A utilisation outside 0 to 1 (1 excluded: the queue never ends) throws RangeError.
 */

/** M/M/1: mean response over service time, 1 / (1 - rho). */
export function mm1ResponseRatio(utilization: number): number {
  assertStable(utilization);
  return 1 / (1 - utilization);
}

/** M/D/1 (Pollaczek and Khinchine): 1 + rho / (2 (1 - rho)). */
export function md1ResponseRatio(utilization: number): number {
  assertStable(utilization);
  return 1 + utilization / (2 * (1 - utilization));
}

/** M/M/1: the response is exponential, so that a percentile is -ln(1 - p) means: 4.605 at p99. */
export function mm1PercentileRatio(percentile: number): number {
  if (!(percentile >= 0 && percentile < 1)) throw new RangeError(`a percentile lies in 0 to 1, not at ${percentile}`);
  return -Math.log(1 - percentile);
}

export interface KingmanInputs {
  readonly utilization: number;
  /** Squared coefficient of variation of the times between arrivals: 1 for Poisson. */
  readonly arrivalVariation: number;
  /** Of the service times: 1 exponential, 0 constant. */
  readonly serviceVariation: number;
  readonly serviceSeconds: number;
}

/** Mean wait in the queue, seconds (Kingman 1961): rho / (1 - rho) x (ca2 + cs2) / 2 x S. Exact for M/M/1 and M/D/1. */
export function kingmanWaitSeconds({ utilization, arrivalVariation, serviceVariation, serviceSeconds }: KingmanInputs): number {
  assertStable(utilization);
  return (utilization / (1 - utilization)) * ((arrivalVariation + serviceVariation) / 2) * serviceSeconds;
}

/**
 * The utilisation at which an M/M/1 still meets its objective: a ceiling from the latency that is asked for instead of a fixed 60 %.
 * 0 when the service alone takes longer.
 */
export function utilizationForObjective({ objectiveSeconds, serviceSeconds, percentile }: { objectiveSeconds: number; serviceSeconds: number; percentile: number }): number {
  return Math.max(0, 1 - (mm1PercentileRatio(percentile) * serviceSeconds) / objectiveSeconds);
}

/** The utilisation at which Kingman's mean response is the objective. 0 when the service alone takes as long. */
export function kingmanUtilizationForObjective({ objectiveSeconds, serviceSeconds, arrivalVariation, serviceVariation }: { objectiveSeconds: number } & Omit<KingmanInputs, 'utilization'>): number {
  const waitRatio = (objectiveSeconds - serviceSeconds) / serviceSeconds;
  const variation = (arrivalVariation + serviceVariation) / 2;
  if (waitRatio <= 0) return 0;
  return waitRatio / (waitRatio + variation);
}

function assertStable(utilization: number): void {
  if (!(utilization >= 0 && utilization < 1)) throw new RangeError(`a queue is stable at a utilisation from 0 to below 1, not at ${utilization}`);
}
