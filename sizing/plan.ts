/** From inputs to a plan: the decision table with its reasons, the constraints with their slack. Pure; prints nothing, measures nothing. */
import type { DecisionRow, PlanConstraint, PlanInput, PlanRecord } from '../results/plan-record.ts';
import { bytesText, countText, counted, decimalBytesText, durationText, percentText, rateText, significant } from '../results/render/number-text.ts';
import { brokersFor, egressBytesPerSecond, formulas, ingressBytesPerSecond, partitionsFor, retainedBytes, wireBytesPerSecond, type FormulaId } from './formulas.ts';
import type { SizingInputs } from './sizing-inputs.ts';

/** A value with the range that its inputs' ranges give. */
interface Interval {
  readonly value: number;
  readonly low: number;
  readonly high: number;
}

interface Computed {
  readonly rate: Interval;
  readonly partitions: Interval;
  readonly slowestGroup: string;
  readonly wire: Interval;
  readonly disk: Interval;
  readonly brokers: Interval;
  readonly binding: string;
}

export function planFor(inputs: SizingInputs): PlanRecord {
  const computed = compute(inputs);
  const constraints = constraintsOf(inputs, computed).sort((a, b) => a.slack - b.slack);
  return { decisions: [...topicRows(inputs, computed), ...producerRows(inputs), ...provisionRows(inputs, computed)], inputs: inputsOf(inputs), constraints, notes: notesOf(inputs, computed) };
}

function compute(inputs: SizingInputs): Computed {
  const { rate, growth, recordBytes, compressionRatio, retentionSeconds, replicationFactor, storageOverhead } = inputs;
  const grown = corners((pick) => pick(rate) * pick(growth));
  const byGroup = inputs.groups.map(({ name, consumerRate }) => ({
    name,
    partitions: corners((pick, inverse) => partitionsFor(pick(rate) * pick(growth), inverse(consumerRate))),
  }));
  const slowest = byGroup.toSorted((a, b) => b.partitions.value - a.partitions.value)[0];
  const wire = corners((pick, inverse) => wireBytesPerSecond(pick(rate) * pick(growth), pick(recordBytes), inverse(compressionRatio)));
  const disk = corners((pick, inverse) =>
    retainedBytes(wireBytesPerSecond(pick(rate) * pick(growth), pick(recordBytes), inverse(compressionRatio)), pick(retentionSeconds), replicationFactor.value, pick(storageOverhead)),
  );
  const needs = brokerNeeds(inputs, wire, disk);
  const most = needs.toSorted((a, b) => b.brokers.value - a.brokers.value)[0] as (typeof needs)[number];
  const highest = (at: keyof Interval): number => Math.max(...needs.map(({ brokers }) => brokers[at]));
  return {
    rate: grown,
    partitions: slowest?.partitions ?? exactly(replicationFactor.value),
    slowestGroup: slowest?.name ?? '',
    wire,
    disk,
    brokers: { value: highest('value'), low: highest('low'), high: highest('high') },
    binding: most.what,
  };
}

/** Each need as brokers, the one that may be down included. */
function brokerNeeds(inputs: SizingInputs, wire: Interval, disk: Interval): { what: string; brokers: Interval }[] {
  const { broker, replicationFactor, groups } = inputs;
  // The others take over a lost broker's traffic at once, but not its disk.
  const need = (demand: Interval, capacity: PlanInput, spare: number): Interval => ({
    value: brokersFor(demand.value, capacity.value * broker.utilization.value, spare),
    low: brokersFor(demand.low, capacity.high * broker.utilization.high, spare),
    high: brokersFor(demand.high, capacity.low * broker.utilization.low, spare),
  });
  const scaled = (factor: number): Interval => ({ value: wire.value * factor, low: wire.low * factor, high: wire.high * factor });
  const replicas = replicationFactor.value;
  return [
    { what: 'the replication factor', brokers: exactly(replicas) },
    { what: 'network out', brokers: need(scaled(groups.length + replicas - 1), broker.networkBytesPerSecond, 1) },
    { what: 'network in', brokers: need(scaled(replicas), broker.networkBytesPerSecond, 1) },
    { what: 'disk writes', brokers: need(scaled(replicas), broker.diskBytesPerSecond, 1) },
    { what: 'storage', brokers: need(disk, broker.diskBytes, 0) },
  ];
}

function topicRows(inputs: SizingInputs, { partitions, slowestGroup, rate }: Computed): DecisionRow[] {
  const { replicationFactor, minInsyncReplicas, choices, groups } = inputs;
  const slowest = groups.find(({ name }) => name === slowestGroup);
  const tolerated = replicationFactor.value - minInsyncReplicas.value;
  const rows: DecisionRow[] = [
    row('partitions', 'Partitions', intervalText(partitions, countText), {
      why: slowest === undefined ? 'no consumer group: one for each replica to lead' : `${rateText(rate.value)}/s / ${rateText(slowest.consumerRate.value)}/s per consumer of ${slowestGroup} (${slowest.consumerRate.source})`,
      formula: 'partitions.consume',
      inputs: ['rate', 'growth', ...(slowest === undefined ? [] : [slowest.consumerRate.name])],
    }),
    row('replication.factor', 'Replication factor', countText(replicationFactor.value), { why: replicationFactor.value > 1 ? `data survive the loss of ${counted(replicationFactor.value - 1, 'broker')}` : 'one copy: a lost disk is lost data', inputs: ['replication factor'] }),
    row('min.insync.replicas', 'min.insync.replicas', countText(minInsyncReplicas.value), {
      why: `writes stop below ${counted(minInsyncReplicas.value, 'in-sync replica')}; ${tolerated > 0 ? `${counted(tolerated, 'broker')} may be down without that` : 'any broker that is down stops them'}`,
      inputs: ['min.insync.replicas'],
    }),
    row('partition.key', 'Partition key', choices.key ?? 'none', { why: choices.key === undefined ? 'no order is asked for: records fill batches partition by partition' : `records of one ${choices.key} stay in order`, inputs: [] }),
  ];
  return [...rows, ...consumerRows(inputs)];
}

function consumerRows(inputs: SizingInputs): DecisionRow[] {
  return inputs.groups.map(({ name, consumerRate }) => {
    const consumers = corners((pick, inverse) => partitionsFor(pick(inputs.rate) * pick(inputs.growth), inverse(consumerRate)));
    return row(`consumers.${name}`, `Consumers of ${name}`, intervalText(consumers, countText), {
      why: `${rateText(consumerRate.value)}/s each (${consumerRate.source}); at most one a partition works`,
      formula: 'consumers.group',
      inputs: ['rate', 'growth', consumerRate.name],
    });
  });
}

function producerRows({ choices, compressionRatio, minInsyncReplicas }: SizingInputs): DecisionRow[] {
  const acksWhy = { all: `every in-sync replica has it, at least ${minInsyncReplicas.value}`, '1': 'the leader alone has it: a crash of it loses the newest records', '0': 'nobody has promised anything' }[choices.acks];
  return [
    row('acks', 'acks', choices.acks, { why: acksWhy, inputs: [] }),
    row('enable.idempotence', 'Idempotence', choices.isIdempotent ? 'on' : 'off', { why: choices.isIdempotent ? 'retries neither duplicate nor reorder' : 'a retry may duplicate and reorder', inputs: [] }),
    row('compression.type', 'Compression', choices.compression, { why: `${significant(compressionRatio.value)}x less on the wire and on disk (${compressionRatio.source})`, inputs: ['compression ratio'] }),
    row('linger.ms', 'linger.ms', `${choices.lingerMs} ms`, { why: choices.evidence ?? 'waits for batches to fill; adds at most so much to the latency', inputs: [] }),
    row('batch.size', 'batch.size', bytesText(choices.batchBytes), { why: 'uncompressed; larger batches compress better and cost fewer requests', inputs: [] }),
  ];
}

function provisionRows(inputs: SizingInputs, { wire, disk, brokers, binding }: Computed): DecisionRow[] {
  const { retentionSeconds, replicationFactor, groups } = inputs;
  const bytesInputs = ['rate', 'growth', 'record size', 'compression ratio'];
  const perBroker = { value: disk.value / brokers.value, low: disk.low / brokers.value, high: disk.high / brokers.value };
  const egress = wire.value * (groups.length + replicationFactor.value - 1);
  return [
    row('retention.ms', 'Retention', durationText(retentionSeconds.value), { why: `retention.ms=${countText(retentionSeconds.value * 1000).replaceAll(',', '')} (${retentionSeconds.source})`, inputs: ['retention'] }),
    row('disk.total', 'Disk in all', intervalText(disk, decimalBytesText), { why: `${decimalBytesText(wire.value)}/s x ${durationText(retentionSeconds.value)} x ${replicationFactor.value} replicas, and overhead`, formula: 'disk.total', inputs: [...bytesInputs, 'retention', 'replication factor', 'storage overhead'] }),
    row('brokers', 'Brokers', intervalText(brokers, countText), { why: `${binding} decides; at the peak one may be down`, formula: 'brokers', inputs: ['disk of a broker', 'disk throughput of a broker', 'network of a broker', 'allowed utilization'] }),
    row('disk.perBroker', 'Disk per broker', intervalText(perBroker, decimalBytesText), { why: 'spread evenly over the brokers', formula: 'disk.perBroker', inputs: [] }),
    row('network', 'Network in / out', `${decimalBytesText(wire.value * replicationFactor.value)}/s / ${decimalBytesText(egress)}/s`, {
      why: `all brokers: ${replicationFactor.value} replicas in; ${counted(groups.length, 'group')} and ${counted(replicationFactor.value - 1, 'follower')} out`,
      formula: 'net.egress',
      inputs: bytesInputs,
    }),
  ];
}

function constraintsOf(inputs: SizingInputs, { rate, partitions, wire, disk, brokers }: Computed): PlanConstraint[] {
  const { broker, groups, replicationFactor } = inputs;
  const left = Math.max(1, brokers.value - 1);
  const share = broker.utilization.value;
  const list: PlanConstraint[] = groups.map(({ name, consumerRate }) =>
    constraint('partitions.consume', `a consumer of ${name} takes its partition's records`, rate.value / partitions.value, consumerRate.value, 'records/s'),
  );
  const replicas = replicationFactor.value;
  return [
    ...list,
    constraint('net.egress', 'network out of a broker while one is down', egressBytesPerSecond(wire.value, groups.length, replicas, left), broker.networkBytesPerSecond.value * share, 'bytes/s'),
    constraint('net.ingress', 'network into a broker while one is down', ingressBytesPerSecond(wire.value, replicas, left), broker.networkBytesPerSecond.value * share, 'bytes/s'),
    constraint('disk.write', 'disk writes of a broker while one is down', ingressBytesPerSecond(wire.value, replicas, left), broker.diskBytesPerSecond.value * share, 'bytes/s'),
    constraint('disk.perBroker', 'storage of a broker', disk.value / brokers.value, broker.diskBytes.value * share, 'bytes'),
  ];
}

function constraint(id: FormulaId, sentence: string, demand: number, capacity: number, unit: PlanConstraint['unit']): PlanConstraint {
  return { id, sentence, demand, capacity, unit, slack: (capacity - demand) / capacity, formula: formulas[id] };
}

function notesOf(inputs: SizingInputs, { partitions }: Computed): string[] {
  const notes = [...inputs.notes];
  const { minInsyncReplicas, replicationFactor } = inputs;
  if (minInsyncReplicas.value >= replicationFactor.value && replicationFactor.value > 1) notes.push('min.insync.replicas equals the replication factor: restarting any broker stops writes.');
  for (const { name, consumerRate } of inputs.groups) {
    const consumers = partitionsFor(inputs.rate.value * inputs.growth.value, consumerRate.value);
    if (partitions.value % consumers !== 0) {
      const busiest = Math.ceil(partitions.value / consumers);
      notes.push(`${partitions.value} partitions do not divide by ${consumers} consumers of ${name}: the busiest has ${busiest}, so the group gives ${percentText(partitions.value / (consumers * busiest))} of its sum.`);
    }
  }
  return notes;
}

function inputsOf(inputs: SizingInputs): PlanInput[] {
  const { rate, growth, recordBytes, compressionRatio, retentionSeconds, replicationFactor, minInsyncReplicas, storageOverhead, broker } = inputs;
  return [rate, growth, ...inputs.groups.map(({ consumerRate }) => consumerRate), replicationFactor, minInsyncReplicas, recordBytes, compressionRatio, retentionSeconds, storageOverhead, broker.diskBytes, broker.diskBytesPerSecond, broker.networkBytesPerSecond, broker.utilization];
}

function row(id: string, decision: string, value: string, { why, formula, inputs }: { why: string; formula?: FormulaId; inputs: readonly string[] }): DecisionRow {
  return { id, decision, value, why, formula: formula ?? null, inputs };
}

/** `pick` takes an input that raises the result, `inverse` one that lowers it. */
function corners(resultOf: (pick: (from: PlanInput) => number, inverse: (from: PlanInput) => number) => number): Interval {
  return {
    value: resultOf(({ value }) => value, ({ value }) => value),
    low: resultOf(({ low }) => low, ({ high }) => high),
    high: resultOf(({ high }) => high, ({ low }) => low),
  };
}

function exactly(value: number): Interval {
  return { value, low: value, high: value };
}

function intervalText({ value, low, high }: Interval, text: (value: number) => string): string {
  return text(low) === text(high) ? text(value) : `${text(value)} (${text(low)} - ${text(high)})`;
}
