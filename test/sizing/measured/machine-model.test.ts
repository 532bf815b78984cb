import { describe, expect, it } from 'vitest';
import { SeededRandom } from '../../../results/statistics/seeded-random.ts';
import { machineModel, type PlannedShape } from '../../../sizing/measured/machine-model.ts';
import type { RunAmounts } from '../../../sizing/measured/run-amounts.ts';

const CORES = 2;
const SHAPE: PlannedShape = { codec: 'lz4', partitions: 20, replicationFactor: 3, isAckedByAll: true, brokers: 3, members: 2, groups: 1, workers: 1, lingerSeconds: 0.01, recordBytes: 240, wireBytes: 60, recordsPerBatch: 270 };

/** A machine whose every cost is known: all processors busy to 90 %, one load thread to 95 %. */
function truth(shape: PlannedShape): { rate: number; broker: number; load: number; group: number } {
  const batches = 1 / shape.recordsPerBatch;
  const requests = batches / Math.max(1, 0.9 * (shape.partitions / shape.brokers));
  const followers = shape.replicationFactor - 1;
  const broker = 2e-9 * shape.wireBytes * shape.replicationFactor + 1e-9 * shape.wireBytes * followers + 8e-6 * batches * (shape.replicationFactor + followers + shape.groups) + 3e-5 * requests * (shape.replicationFactor + shape.members);
  const load = 4e-7 + 1.5e-9 * shape.recordBytes + (shape.codec === 'zstd' ? 1e-9 * shape.recordBytes : 0);
  const group = (8e-8 + 5e-10 * shape.recordBytes) * shape.groups;
  return { broker, load, group, rate: 1 / (((broker + load + group) / (0.9 * CORES)) ** 4 + (load / 0.95) ** 4) ** 0.25 };
}

function run(shape: PlannedShape, at: number, random: SeededRandom, share?: number): RunAmounts {
  const { broker, load, group, rate: most } = truth(shape);
  const rate = share === undefined ? most * Math.exp(0.03 * random.normal()) : most * share;
  const records = rate * 5;
  const p99 = 0.8 * Math.min(shape.lingerSeconds, (shape.recordsPerBatch * shape.partitions) / rate) + 0.004 + 0.003 * ((share ?? 0) / (1 - (share ?? 0)));
  return {
    runId: `run-${at}`, date: '2026-11-28', seconds: 5, records, uncompressedBytes: records * shape.recordBytes, wireBytes: records * shape.wireBytes, batches: records / shape.recordsPerBatch,
    produceRequests: records / shape.recordsPerBatch / Math.max(1, 0.9 * (shape.partitions / shape.brokers)), consumerFetches: null, followerFetches: null, otherRequests: null, codec: shape.codec, partitions: shape.partitions, replicationFactor: shape.replicationFactor, isAckedByAll: shape.isAckedByAll,
    lingerSeconds: shape.lingerSeconds, batchBytes: shape.recordBytes * shape.recordsPerBatch, isKeyed: true, brokers: shape.brokers, workers: 1, members: shape.members, readShare: shape.groups, isClosedLoop: share === undefined, cores: CORES,
    brokerCpu: broker * records, loadThreadCpu: load * records, loadCpu: load * records, groupCpu: group * records, publishP50Seconds: p99 / 2, publishP99Seconds: p99,
  };
}

function calibration(random: SeededRandom): RunAmounts[] {
  const shapes = Array.from({ length: 16 }, (): PlannedShape => {
    const recordBytes = 100 * 10 ** random.float();
    const groups = random.below(3);
    return { ...SHAPE, recordBytes, groups, members: 2 * groups, codec: random.below(2) === 0 ? 'zstd' : 'lz4', wireBytes: recordBytes / (2 + 3 * random.float()), recordsPerBatch: 65_536 / recordBytes, partitions: 3 + random.below(40), replicationFactor: 1 + random.below(3) };
  });
  return [...shapes.map((shape, at) => run(shape, at, random)), ...shapes.slice(0, 10).map((shape, at) => run(shape, at + 100, random, 0.1 + 0.08 * at))];
}

describe('the model of a machine that brokers, load and consumers share', () => {
  const model = machineModel(calibration(new SeededRandom(4)), { cores: CORES, seed: 1 });

  it('predicts the rate of a configuration that it has not seen, inside its interval', () => {
    const { value, low, high } = model?.maximumPerSecond(SHAPE) ?? { value: 0, low: 0, high: 0 };
    const { rate } = truth(SHAPE);
    expect(value / rate).toBeGreaterThan(0.9);
    expect(value / rate).toBeLessThan(1.1);
    expect(low).toBeLessThan(rate);
    expect(high).toBeGreaterThan(rate);
    expect(model?.rateError).toBeLessThan(0.1);
  });

  it('predicts a p99 that rises with the load', () => {
    const { rate } = truth(SHAPE);
    const [low, high] = [model?.p99Seconds(SHAPE, 0.3 * rate), model?.p99Seconds(SHAPE, 0.8 * rate)];
    expect(high?.value).toBeGreaterThan(low?.value ?? Number.POSITIVE_INFINITY);
    expect((low?.value ?? 0) / (0.8 * 0.01 + 0.004 + 0.003 * (0.3 / 0.7))).toBeCloseTo(1, 0);
  });

  it('is none with few closed loops, and tells no latency without open ones', () => {
    const runs = calibration(new SeededRandom(4));
    expect(machineModel(runs.slice(0, 7), { cores: CORES, seed: 1 })).toBeNull();
    expect(machineModel(runs.slice(0, 16), { cores: CORES, seed: 1 })?.p99Seconds(SHAPE, 1000)).toBeNull();
  });
});
