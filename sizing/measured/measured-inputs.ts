/** Measurements in the place of what was assumed; what the user gave stays. Each quantity says from how many runs it comes and how far it was off. */
import type { PlanQuantity } from '../../results/plan-record.ts';
import { counted, percentText, significant } from '../../results/render/number-text.ts';
import { quantityText } from '../../results/render/quantity-text.ts';
import type { MeasuredInputs } from '../config-file.ts';
import { input, type InputOrigin, type SizedCluster, type SizedGroup, type SizedLatency, type SizedTopic, type SizingInputs } from '../sizing-inputs.ts';
import type { CostTerm } from '../regression/cost-regression.ts';
import { PRICE_TERMS, type BrokerPrices } from './broker-prices.ts';
import { EXTRAPOLATION_MAX } from './extrapolations.ts';
import type { MeasuredFigure, Measurements, PartitionRate } from './measurements.ts';

/** What a file is read with that names no record size, or `measured` for its hardware. */
export function measuredRecords({ recordBytes }: Measurements): MeasuredInputs {
  if (recordBytes === null) return { cluster: {} };
  const { value, low, high, runId, runCount } = recordBytes;
  return { cluster: {}, topic: { recordBytes: input('record.size', 'record size', value, 'bytes', { source: 'measured', why: `key, value and framing, mean of ${counted(runCount, 'run')}`, low, high, runId }) } };
}

export function withMeasurements(inputs: SizingInputs, measured: Measurements): SizingInputs {
  return {
    ...inputs,
    topics: inputs.topics.map((topic) => topicWith(topic, measured)),
    cluster: clusterWith(inputs.cluster, measured),
    measuredMost: measured.largest,
    notes: [...inputs.notes, ...notesOf(measured)],
  };
}

function replaced(quantity: PlanQuantity, figure: MeasuredFigure | null | undefined, why: (figure: MeasuredFigure) => string): PlanQuantity {
  if (figure === null || figure === undefined || quantity.source !== 'assumed') return quantity;
  return measuredQuantity(quantity, figure, { source: 'measured', why: why(figure), runId: figure.runId });
}

function measuredQuantity({ id, name, unit }: PlanQuantity, { value, low, high }: { value: number; low: number; high: number }, origin: InputOrigin): PlanQuantity {
  return { id, name, unit, value, low, high, ...origin };
}

function topicWith(topic: SizedTopic, measured: Measurements): SizedTopic {
  return {
    ...topic,
    compressionRatio: replaced(topic.compressionRatio, measured.compressionByCodec.get(topic.producer.compression), ({ runCount }) => `${topic.producer.compression} in ${counted(runCount, 'run')}: batches and records of other kinds compress otherwise`),
    partitionBytesPerSecond: partitionRateWith(topic.partitionBytesPerSecond, measured.partitionRate),
    groups: topic.groups.map((group): SizedGroup => ({ ...group, consumerRate: replaced(group.consumerRate, measured.consumerRates.get(group.name), ({ runCount }) => `${measured.consumerRates.get(group.name)?.method ?? ''}, ${counted(runCount, 'run')}`) })),
  };
}

/** What was put through a partition without reaching its limit says how much it takes at least, and no more. */
function partitionRateWith(quantity: PlanQuantity, rate: PartitionRate): PlanQuantity {
  if (rate.kind === 'limit') return replaced(quantity, rate.figure, ({ runCount }) => `the most that a topic of one partition took, ${counted(runCount, 'closed loop')}`);
  if (quantity.source !== 'assumed') return quantity;
  const { bytesPerSecond: seen, partitions, isClosedLoop } = rate;
  const how = `one of ${counted(partitions, 'partition')} took ${quantityText(seen, 'bytes/s')} ${isClosedLoop ? 'while a closed loop shared the brokers among them' : 'because no more was offered'}, which is no limit`;
  return { ...quantity, low: Math.max(quantity.low, seen), value: Math.max(quantity.value, seen), high: Math.max(quantity.high, seen), why: `${quantity.why}; ${how}` };
}

function clusterWith(cluster: SizedCluster, measured: Measurements): SizedCluster {
  const { prices } = measured;
  return { ...cluster, latency: cluster.latency === null ? null : latencyWith(cluster.latency, measured), ...(prices === null ? {} : processorWith(cluster, prices, measured)) };
}

function processorWith({ processor, fetchRound }: SizedCluster, prices: BrokerPrices, { date, runs, fetchRound: round }: Measurements): Pick<SizedCluster, 'processor' | 'fetchRound'> {
  const runId = runs.map((run) => run.runId).toSorted().at(-1) as string;
  const priced = (quantity: PlanQuantity): PlanQuantity => (quantity.source === 'assumed' ? measuredQuantity(quantity, ...priceOf(quantity, prices, { date, runId })) : quantity);
  return {
    processor: {
      secondsPerWrittenByte: priced(processor.secondsPerWrittenByte),
      secondsPerReadByte: priced(processor.secondsPerReadByte),
      secondsPerBatch: priced(processor.secondsPerBatch),
      secondsPerRequest: priced(processor.secondsPerRequest),
      secondsPerFetch: priced(processor.secondsPerFetch),
      coresPerLink: priced(processor.coresPerLink),
      idleCores: priced(processor.idleCores),
      unseen: prices.kind === 'fitted' && processor.unseen.source === 'assumed' ? measuredQuantity(processor.unseen, ...unseenOf(prices, { date, runId })) : processor.unseen,
    },
    fetchRound: replaced(fetchRound, round, ({ runCount }) => `of followers in ${counted(runCount, 'run')}: the time between two fetches less the wait for an append`),
  };
}

function priceOf(quantity: PlanQuantity, prices: BrokerPrices, { date, runId }: { date: string; runId: string }): [{ value: number; low: number; high: number }, InputOrigin] {
  if (prices.kind === 'scaled') {
    const why = `${counted(prices.runCount, 'run')} cannot tell bytes from requests: the assumed figure times ${significant(prices.factor)}; headroom bench calibrate makes runs that can`;
    return [{ value: quantity.value * prices.factor, low: quantity.low * prices.low, high: quantity.high * prices.high }, { source: 'measured', why, runId, date }];
  }
  const { regression, predictionError } = prices;
  const term = termOf(prices, quantity.id);
  if (term === undefined) return [quantity, { source: quantity.source, why: quantity.why }];
  const fit = `${counted(regression.runCount, 'run')}${regression.rSquared === null ? '' : `, R2 ${regression.rSquared.toFixed(2)}`}; runs that were left out were off by ${percentText(predictionError)}`;
  const confusion = term.confusedWith === null ? '' : `; not to be told from ${term.confusedWith} in these runs`;
  // That nothing of it shows in a few runs does not make a request free.
  const fetch = quantity.id === 'cpu.request' && term.price === 0 ? (termOf(prices, 'cpu.fetch')?.price ?? 0) : 0;
  const unseen = fetch > 0 ? '; nothing of it shows in these runs: up to the price of a fetch' : '';
  return [{ value: term.price, low: term.low, high: Math.max(term.high, fetch) }, { source: 'measured', why: `least squares over ${fit}${confusion}${unseen}`, runId, date }];
}

function termOf({ regression }: Extract<BrokerPrices, { kind: 'fitted' }>, id: string): CostTerm | undefined {
  return regression.terms[PRICE_TERMS.findIndex((each) => each === id)];
}

/** From the run that was cheapest against its prediction to the dearest, each left out of its own. */
function unseenOf({ regression }: Extract<BrokerPrices, { kind: 'fitted' }>, { date, runId }: { date: string; runId: string }): [{ value: number; low: number; high: number }, InputOrigin] {
  const factors = regression.leftOutShares.map((share) => 1 + share).filter((factor) => Number.isFinite(factor));
  return [{ value: 1, low: Math.min(1, ...factors), high: Math.max(1, ...factors) }, { source: 'measured', why: `what each of ${counted(regression.runCount, 'run')} cost over what the others' prices say`, runId, date }];
}

function latencyWith(latency: SizedLatency, { latency: curve }: Measurements): SizedLatency {
  if (curve === null || latency.curve !== null || (latency.percentile !== 0.99 && latency.percentile !== 0.5)) return latency;
  return { ...latency, curve: curve.points.map(({ utilization, p50Seconds, p99Seconds }) => ({ utilization, seconds: latency.percentile === 0.5 ? p50Seconds : p99Seconds })) };
}

function notesOf({ runs, leftOut, prices, scalability }: Measurements): string[] {
  const notes = [`Measured by ${counted(runs.length, 'run')}${leftOut === 0 ? '' : `; ${counted(leftOut, 'other')} had faults, no even rate, or were not complete`}.`];
  if (prices === null) notes.push("The brokers' processes cannot be seen in these runs: processor time is assumed.");
  for (const { by, pointCount, peakAt, measuredMost } of scalability) {
    const text = (value: number): string => (Number.isFinite(value) ? significant(value) : 'no end');
    notes.push(`Throughput by ${by} (${pointCount} runs, scalability law): the most at ${text(peakAt.value)} (95 % ${text(peakAt.low)} to ${text(peakAt.high)})${peakAt.value > EXTRAPOLATION_MAX * measuredMost ? `, beyond twice the ${measuredMost} that were measured: a guess` : ''}.`);
  }
  return notes;
}
