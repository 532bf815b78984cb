/** L = lambda x W (Little 1961): the mean number in a system, whatever the distributions, as long as it is stable. */

export function concurrencyByLittle({ arrivalsPerSecond, secondsInSystem }: { arrivalsPerSecond: number; secondsInSystem: number }): number {
  return arrivalsPerSecond * secondsInSystem;
}

/** The same turned round: seconds in the system. */
export function secondsByLittle({ concurrency, arrivalsPerSecond }: { concurrency: number; arrivalsPerSecond: number }): number {
  return concurrency / arrivalsPerSecond;
}

/** The same turned round: arrivals/s that the concurrency carries. */
export function rateByLittle({ concurrency, secondsInSystem }: { concurrency: number; secondsInSystem: number }): number {
  return concurrency / secondsInSystem;
}
