/**
 * What the brokers' processors spend on a byte written, a byte read, a request, and on nothing: by non-negative least squares over runs that
 * did different amounts of each, in the terms of the plan's own arithmetic (see cells/cluster-cells.ts), so that what is multiplied is what was fitted.
 */
import { costOf, fitCosts, type CostedRun, type CostRegression } from '../regression/cost-regression.ts';
import type { RunAmounts } from './run-amounts.ts';

export const PRICE_TERMS = ['cpu.write', 'cpu.read', 'cpu.request', 'cpu.idle'] as const;
export type PriceTerm = (typeof PRICE_TERMS)[number];

export type BrokerPrices =
  | {
      readonly kind: 'fitted';
      readonly regression: CostRegression;
      /** Batches that a fetch brings back, of those tried the one that predicts unseen runs best. */
      readonly batchesPerFetch: number;
      /** What a left-out run's cost was off by, root mean square. */
      readonly predictionError: number;
    }
  /** Too few runs, or too alike, to tell the terms apart: all assumed prices times one factor. */
  | { readonly kind: 'scaled'; readonly factor: number; readonly low: number; readonly high: number; readonly runCount: number };

const FETCH_BATCHES = [1, 2, 4, 8, 16];
const SEED = 1;

/** Null: no run in which the brokers' processes can be seen. `assumed` in the order of PRICE_TERMS. */
export function brokerPrices(runs: readonly RunAmounts[], assumed: { readonly prices: readonly number[]; readonly batchesPerFetch: number }): BrokerPrices | null {
  const seen = runs.filter(({ brokerCpu }) => brokerCpu !== null && brokerCpu > 0);
  if (seen.length === 0) return null;
  const fits = seen.length < PRICE_TERMS.length + 2 ? [] : FETCH_BATCHES.map((batchesPerFetch) => fitted(seen, batchesPerFetch));
  const [best] = fits.toSorted((a, b) => a.predictionError - b.predictionError);
  if (best !== undefined && best.regression.terms.some(({ confusedWith, price }) => confusedWith === null && price > 0)) return best;
  const ratios = seen.map((run) => (run.brokerCpu as number) / costOf(costedRun(run, assumed.batchesPerFetch), assumed.prices)).toSorted((a, b) => a - b);
  const factor = Math.exp(ratios.reduce((sum, ratio) => sum + Math.log(ratio), 0) / ratios.length);
  return { kind: 'scaled', factor, low: ratios[0] as number, high: ratios.at(-1) as number, runCount: seen.length };
}

function fitted(runs: readonly RunAmounts[], batchesPerFetch: number): Extract<BrokerPrices, { kind: 'fitted' }> {
  const regression = fitCosts(runs.map((run) => costedRun(run, batchesPerFetch)), { termNames: PRICE_TERMS, seed: SEED });
  const predictionError = Math.sqrt(regression.leftOutShares.reduce((sum, share) => sum + Math.min(Math.abs(share), 10) ** 2, 0) / runs.length);
  return { kind: 'fitted', regression, batchesPerFetch, predictionError };
}

export function costedRun(run: RunAmounts, batchesPerFetch: number): CostedRun {
  return { amounts: [writtenBytes(run), readBytes(run), requestsOf(run, batchesPerFetch), run.brokers * run.seconds], cost: run.brokerCpu ?? 0 };
}

export function writtenBytes({ wireBytes, replicationFactor }: RunAmounts): number {
  return wireBytes * replicationFactor;
}

/** By followers and groups. */
export function readBytes({ wireBytes, replicationFactor, readShare }: RunAmounts): number {
  return wireBytes * (replicationFactor - 1 + readShare);
}

/** As the plan counts them: one a batch, and a fetch for so many batches of each reader. */
export function requestsOf({ batches, replicationFactor, readShare }: RunAmounts, batchesPerFetch: number): number {
  return batches * (1 + (replicationFactor - 1 + readShare) / batchesPerFetch);
}
