/**
 * What the brokers' processors spend on a byte written, a byte read, a batch, a request, a fetch, a reader's connection, and on nothing: by non-negative least squares over
 * runs that did different amounts of each, in the terms of the plan's own arithmetic (see cells/cluster-cells.ts), so that what is multiplied is what
 * was fitted. Requests are those that the brokers counted: runs without them only scale what is assumed.
 */
import { clusterDefaults } from '../input-defaults.ts';
import { costOf, fitCosts, type CostedRun, type CostRegression } from '../regression/cost-regression.ts';
import { consumerLinks, FETCH_ENDS, habitsOf, requestRates, type RequestRates } from '../request-rates.ts';
import type { RunAmounts } from './run-amounts.ts';

export const PRICE_TERMS = ['cpu.write', 'cpu.read', 'cpu.batch', 'cpu.request', 'cpu.fetch', 'cpu.link', 'cpu.idle'] as const;
export type PriceTerm = (typeof PRICE_TERMS)[number];

export type BrokerPrices =
  | {
      readonly kind: 'fitted';
      readonly regression: CostRegression;
      /** What a left-out run's cost was off by, root mean square. */
      readonly predictionError: number;
    }
  /** Too few runs, or too alike, to tell the terms apart: all assumed prices times one factor. */
  | { readonly kind: 'scaled'; readonly factor: number; readonly low: number; readonly high: number; readonly runCount: number };

const SEED = 1;

/** Null: no run in which the brokers' processes can be seen. `assumed` in the order of PRICE_TERMS. */
export function brokerPrices(runs: readonly RunAmounts[], assumed: readonly number[]): BrokerPrices | null {
  const seen = runs.filter(({ brokerCpu }) => brokerCpu !== null && brokerCpu > 0);
  if (seen.length === 0) return null;
  const counted = seen.filter((run) => countedRequests(run) !== null);
  const best = counted.length < PRICE_TERMS.length + 2 ? null : fitted(counted);
  if (best !== null && best.regression.terms.some(({ confusedWith, price }) => confusedWith === null && price > 0)) return best;
  const ratios = seen.map((run) => (run.brokerCpu as number) / costOf(costedRun(run), assumed)).toSorted((a, b) => a - b);
  const factor = Math.exp(ratios.reduce((sum, ratio) => sum + Math.log(ratio), 0) / ratios.length);
  return { kind: 'scaled', factor, low: ratios[0] as number, high: ratios.at(-1) as number, runCount: seen.length };
}

function fitted(runs: readonly RunAmounts[]): Extract<BrokerPrices, { kind: 'fitted' }> {
  const regression = fitCosts(runs.map(costedRun), { termNames: PRICE_TERMS, seed: SEED });
  const predictionError = Math.sqrt(regression.leftOutShares.reduce((sum, share) => sum + Math.min(Math.abs(share), 10) ** 2, 0) / runs.length);
  return { kind: 'fitted', regression, predictionError };
}

/** With the requests that were counted, or else with those to be expected. */
export function costedRun(run: RunAmounts): CostedRun {
  const { produce, consumerFetch, followerFetch } = countedRequests(run) ?? expectedRequests(run);
  const shape = { ...run, groups: groupsOf(run) };
  return { amounts: [writtenBytes(run), readBytes(run), handledBatches(run), produce, consumerFetch + FETCH_ENDS * followerFetch, consumerLinks(shape) * run.seconds, run.brokers * run.seconds], cost: run.brokerCpu ?? 0 };
}

export function writtenBytes({ wireBytes, replicationFactor }: RunAmounts): number {
  return wireBytes * replicationFactor;
}

/** By followers and groups. */
export function readBytes({ wireBytes, replicationFactor, readShare }: RunAmounts): number {
  return wireBytes * (replicationFactor - 1 + readShare);
}

/** Every replica appends a batch; every follower and group is sent it. */
export function handledBatches({ batches, replicationFactor, readShare }: RunAmounts): number {
  return batches * (2 * replicationFactor - 1 + readShare);
}

/** Of the whole run; null: nobody counted. */
export function countedRequests({ produceRequests, consumerFetches, followerFetches }: RunAmounts): RequestRates | null {
  return consumerFetches === null || followerFetches === null ? null : { produce: produceRequests, consumerFetch: consumerFetches, followerFetch: followerFetches };
}

/** Of the whole run, by the plan's arithmetic; all its groups read at the tip. */
export function expectedRequests(run: RunAmounts, habits = habitsOf(clusterDefaults)): RequestRates {
  const { seconds, batches, uncompressedBytes, batchBytes, wireBytes } = run;
  const rates = requestRates({ ...run, producers: run.workers, batchesPerSecond: batches / seconds, fullBatchesPerSecond: uncompressedBytes / batchBytes / seconds, wireBytesPerSecond: wireBytes / seconds, groups: groupsOf(run) }, habits);
  return { produce: rates.produce * seconds, consumerFetch: rates.consumerFetch * seconds, followerFetch: rates.followerFetch * seconds };
}

/** As many as read the log once each, alike in size. */
function groupsOf({ readShare, members }: RunAmounts): readonly { members: number; isSink: boolean }[] {
  const count = Math.max(Math.round(readShare), members > 0 ? 1 : 0);
  return Array.from({ length: count }, () => ({ members: Math.max(1, members / count), isSink: false }));
}
