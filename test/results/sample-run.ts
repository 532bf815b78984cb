/**
 * Records of runs for tests: a complete one of the default experiment, and its variants. Histograms are real ones, filled from a seeded
 * generator; everything is plain data that survives JSON.
 */
import type { Calibration, MachineReading, MachineState } from '../../results/host-record.ts';
import { LatencyHistogram } from '../../results/histogram.ts';
import type { PlanRecord } from '../../results/plan-record.ts';
import type { HistogramRecord, Measured, Run, RunEvent, SecondRecord, VerificationDone } from '../../results/run.ts';

const RATE = 100_000;
const WARMUP_SECONDS = 5;
const DURATION_SECONDS = 20;
const RECORDS = RATE * DURATION_SECONDS;
const PARTITIONS = 20;

/** Everything went well. */
export function sampleRun(changes: Partial<Run> = {}): Run {
  return {
    schemaVersion: 2,
    id: '20260805-123456-k3x9qd',
    startedAt: '2026-08-05T12:34:56.789Z',
    elapsedSeconds: 34.218,
    commandLine: ['headroom', 'bench', '--rate', '100k', '--duration', '20s'],
    status: { kind: 'complete' },
    headroom: { version: '0.1.0', commit: 'cbcad93f0e1d2c3b4a5968778695a4b3c2d1e0f9', isDirty: false },
    host: {
      cpuModel: 'AMD EPYC 7B13',
      coreCount: 2,
      memoryBytes: 24 * 2 ** 30,
      kernel: 'Linux 6.8.0-45-generic',
      nodeVersion: 'v26.10.0',
      filesystem: 'ext4',
      cpuGovernor: null,
      cgroupCpuCores: null,
      cgroupMemoryBytes: null,
      socketCount: 1,
      physicalCoreCount: 1,
      threadCount: 2,
      isSmtActive: true,
      isTurboEnabled: null,
      hypervisor: 'kvm',
      container: 'none',
      clockSource: 'kvm-clock',
      cLibrary: 'glibc 2.41',
      cgroupVersion: 2,
      swapBytes: 2 ** 31,
      transparentHugePages: 'madvise',
      hugePageCount: 0,
      disk: { mountPoint: '/', mountOptions: 'rw,relatime', device: '/dev/nvme0n1p1', scheduler: 'none', isRotational: false, sizeBytes: 100 * 2 ** 30 },
      libraries: { v8: '14.6', zstd: '1.5.7', snappy: '7.4.3' },
    },
    machine: { before: sampleReading(), after: sampleReading({ cpuLoopUs: 3021 }) },
    seed: 1,
    warnings: [],
    configuration: sampleConfiguration(),
    measured: MEASURED,
    verification: passedVerification(),
    plan: samplePlan(),
    repeat: null,
    ...changes,
  };
}

export function sampleReading(calibration: Partial<Calibration> = {}, state: Partial<MachineState> = {}): MachineReading {
  return {
    state: {
      loadAverages: [0.42, 0.31, 0.2],
      otherCpuCores: 0.031,
      busiestProcesses: [{ name: 'sshd', cpuCores: 0.03 }],
      cpuMhzMean: 2450,
      memoryAvailableBytes: 21 * 2 ** 30,
      swapUsedBytes: 0,
      swappedPages: 1234,
      diskFreeBytes: 60 * 2 ** 30,
      cgroup: { cpuPeriods: 0, cpuThrottledPeriods: 0, cpuThrottledUs: 0, memoryUsedBytes: 2 ** 28, memoryLimitHits: 0 },
      ...state,
    },
    calibration: { workVersion: 1, elapsedMs: 131.2, cpuLoopUs: 3010, memoryCopyUs: 1400, crc32Us: 910, fileSyncUs: 702, loopbackUs: 23.1, ...calibration },
  };
}

/** Ended before the first acknowledgement. */
export function runWithoutRecords(): Run {
  const measured = MEASURED;
  const empty = histogramOf([]);
  return sampleRun({
    status: { kind: 'partial', reason: 'interrupted by SIGINT before the measured window' },
    plan: null,
    verification: { kind: 'skipped', reason: 'the run was cut short' },
    measured: {
      ...measured,
      measureStartSecond: 2,
      measureEndSecond: 2,
      readiness: { clusterMs: 812.4, firstAcknowledgedMs: null },
      throughput: {
        offeredPerSecond: RATE,
        achievedPerSecond: 0,
        acknowledgedRecords: 0,
        uncompressedBytes: 0,
        compressedBytes: 0,
        compressionRatio: null,
        batches: 0,
        recordsPerBatch: null,
        requests: null,
        keyBytesMean: 0,
        valueBytesMean: 0,
        total: { sentRecords: 0, acknowledgedRecords: 0, failedRecords: 0, unsentRecords: 200_000 },
      },
      latency: { publish: empty, scheduleDelay: empty, batching: empty, request: empty },
      seconds: [],
      brokers: [],
      brokerSamples: [],
      generator: { cpuSeconds: 0, rssBytesMax: 0, workers: [] },
      groups: measured.groups.map((group) => ({ ...group, records: 0, bytes: 0, recordsPerSecond: 0, serviceRatePerMember: null, endToEnd: empty })),
      acknowledgementGaps: [],
    },
  });
}

export function closedLoopRun(): Run {
  const run = sampleRun();
  return {
    ...run,
    configuration: { ...run.configuration, load: { kind: 'closed' }, groups: [] },
    measured: { ...run.measured, groups: [], throughput: { ...run.measured.throughput, offeredPerSecond: null, achievedPerSecond: 1_312_345.6 } },
  };
}

/** Against a cluster of somebody else: nothing is known of its processes. */
export function externalRun(): Run {
  const run = sampleRun();
  return {
    ...run,
    headroom: { version: '0.1.0', commit: null, isDirty: null },
    host: { ...run.host, filesystem: null, cpuGovernor: 'powersave', cgroupCpuCores: 1.5, cgroupMemoryBytes: 2 ** 31 },
    warnings: [
      {
        code: 'generator-saturated',
        cause: 'the load worker was busy 97 % of the time',
        effect: 'latency includes the generator\'s own lateness, and the offered rate was not reached in 4 of 20 seconds',
        remedy: 'use --workers 2, or a machine with more cores, or a lower --rate',
      },
      { code: 'short-run', cause: '20 s measured', effect: 'p99.9 of a second is noise', remedy: 'use --duration 60' },
    ],
    configuration: {
      ...run.configuration,
      target: { kind: 'external', bootstrap: 'kafka-1.example.internal:9092,kafka-2.example.internal:9092,kafka-3.example.internal:9092', brokerVersions: ['4.2'] },
      workload: { kind: 'file', path: '/data/exports/of/last/year/events-with-a-rather-long-name-that-needs-wrapping-in-the-report.jsonl', key: 'user.id' },
    },
    measured: { ...run.measured, readiness: { clusterMs: null, firstAcknowledgedMs: null }, brokers: [], brokerSamples: [] },
  };
}

/** A broker killed five seconds into the window and restarted five seconds later; all records survived. */
export function faultRun(): Run {
  const run = sampleRun();
  const killedMs = 10_004.2;
  const led = [1, 4, 7, 10, 13, 16, 19];
  const events: RunEvent[] = [
    { kind: 'brokerKilled', atMs: killedMs, brokerId: 2, signal: 'SIGKILL', ledPartitions: led },
    ...led.map((partition, at): RunEvent => ({ kind: 'leaderChange', atMs: killedMs + 410 + at * 3, topic: 'clickstream', partition, leader: 3 })),
    ...partitions().map((partition): RunEvent => ({ kind: 'isrChange', atMs: killedMs + 430 + partition, topic: 'clickstream', partition, isr: [3, 1] })),
    { kind: 'note', atMs: killedMs + 5000, sentence: 'restarting broker 2' },
    { kind: 'brokerRestarted', atMs: killedMs + 5780, brokerId: 2, tookMs: 780 },
    ...partitions().map((partition): RunEvent => ({ kind: 'isrChange', atMs: killedMs + 6900 + partition * 2, topic: 'clickstream', partition, isr: [3, 1, 2] })),
  ];
  const seconds = run.measured.seconds.map((second) => (second.second === 10 ? { ...second, acknowledgedRecords: 12_345, p99Us: 812_000, lagRecordsByGroup: { realtime: 43_210, sink: 91_000 } } : second));
  return {
    ...run,
    configuration: { ...run.configuration, faults: [{ kind: 'kill', atSeconds: 5, forSeconds: 5, broker: 'leader' }] },
    measured: {
      ...run.measured,
      events,
      seconds,
      errors: {
        failedRecordsByError: {},
        batchesRetried: 41,
        retriesByError: { NOT_LEADER_OR_FOLLOWER: 33, NETWORK_EXCEPTION: 8 },
        bufferFullCount: 2,
      },
      acknowledgementGaps: partitions().map((partition) => ({ partition, startMs: killedMs - 3, durationMs: led.includes(partition) ? 640 + partition : 31 })),
      faults: [
        {
          fault: 0,
          brokerIds: [2],
          beganMs: killedMs,
          healedMs: killedMs + 5780,
          windowEndMs: 25_000,
          unavailability: { topicMs: 120, partitionMs: 659, partition: 19 },
          errorsByName: { NOT_LEADER_OR_FOLLOWER: 33, NETWORK_EXCEPTION: 8 },
          failedRecords: 0,
          leaderChanges: 7,
          isr: { shrunkPartitions: 20, shrunkAfterMs: 430, wholeAfterMs: 6938, shortPartitionsAtEnd: 0 },
          p99Us: { before: 21_000, during: 640_000, after: 22_000 },
          p99RecoveredAfterMs: 1796,
          groups: [
            { name: 'realtime', lagRecordsBefore: 800, lagRecordsPeak: 43_210, peakAfterMs: 996, catchUp: { fromMs: killedMs + 996, lagRecords: 43_210, tookMs: 1000, consumedPerSecond: 142_000, producedPerSecond: 99_000, predictedMs: 1005, prediction: 'what it took in its first whole second', publishP99Us: 24_000 } },
            { name: 'sink', lagRecordsBefore: 21_000, lagRecordsPeak: 22_000, peakAfterMs: 0, catchUp: null },
          ],
        },
      ],
    },
  };
}

/** Records were lost, some given up, and the text in it is hostile to a terminal. */
export function damagedLogRun(): Run {
  const run = sampleRun();
  return {
    ...run,
    status: { kind: 'failed', reason: 'broker 2 ended with exit code 1.' },
    configuration: { ...run.configuration, name: 'bad\u001b[31m\nname\u0007' },
    measured: { ...run.measured, errors: { failedRecordsByError: { REQUEST_TIMED_OUT: 1200 }, batchesRetried: 0, retriesByError: {}, bufferFullCount: 0 } },
    verification: {
      ...passedVerification(),
      passed: false,
      confirmedRecords: 2_499_874,
      lostRecords: 123,
      duplicatedRecords: 3,
      expiredRecords: 5,
      anomalyCount: 17,
      anomalies: [
        { kind: 'lost', partition: 7, offset: 123_456, recordCount: 123, detail: 'acknowledged and not in the log' },
        { kind: 'duplicate', partition: 11, offset: 98_765, recordCount: 3, detail: 'the batch was acknowledged at offset 98700' },
      ],
    },
  };
}

/** Log-normal samples around `medianUs`; the same seed gives the same samples. */
export function latencies(options: { seed: number; count: number; medianUs: number; sigma: number }): number[] {
  const random = lehmer(options.seed);
  return Array.from({ length: options.count }, () => {
    const normal = Math.sqrt(-2 * Math.log(random())) * Math.cos(2 * Math.PI * random());
    return Math.round(options.medianUs * Math.exp(options.sigma * normal));
  });
}

export function histogramOf(latenciesUs: readonly number[]): HistogramRecord {
  const histogram = new LatencyHistogram();
  for (const latencyUs of latenciesUs) histogram.record(latencyUs);
  return histogram.toRecord();
}

/** Lehmer's generator with Park and Miller's numbers: (0, 1). */
export function lehmer(seed: number): () => number {
  let state = seed % 2_147_483_647;
  return () => {
    state = (state * 48_271) % 2_147_483_647;
    return state / 2_147_483_647;
  };
}

function sampleConfiguration(): Run['configuration'] {
  return {
    name: 'clickstream',
    workload: { kind: 'clickstream', keys: { kind: 'zipf', keyCount: 200_000, exponent: 0.8 } },
    load: { kind: 'open', ratePerSecond: RATE, arrivals: 'constant' },
    warmupSeconds: WARMUP_SECONDS,
    durationSeconds: DURATION_SECONDS,
    workerCount: 1,
    topic: {
      name: 'clickstream',
      partitions: PARTITIONS,
      replicationFactor: 3,
      properties: { 'min.insync.replicas': '2', 'retention.ms': '604800000' },
      useExisting: false,
    },
    producerProperties: { acks: 'all', 'enable.idempotence': 'true', 'compression.type': 'zstd', 'linger.ms': '10', 'batch.size': '65536' },
    groups: [
      { name: 'realtime', memberCount: 4, serviceTimeUs: 0, properties: {} },
      { name: 'sink', memberCount: 2, serviceTimeUs: 5, properties: { 'fetch.min.bytes': '262144' } },
    ],
    target: {
      kind: 'embedded',
      brokerCount: 3,
      dataDirectory: { path: '/tmp/headroom-bench-x7Kq2f', kind: 'temporary' },
      files: 'mapped',
      brokerProperties: {},
      durability: 'an acknowledged record is in the page cache of every in-sync replica (at least 2 of 3 processes), not synced to disk',
    },
    faults: [],
    verifies: true,
  };
}

function sampleMeasured(): Measured {
  return {
    measureStartSecond: WARMUP_SECONDS,
    measureEndSecond: WARMUP_SECONDS + DURATION_SECONDS,
    readiness: { clusterMs: 812.4, firstAcknowledgedMs: 901.7 },
    throughput: {
      offeredPerSecond: RATE,
      achievedPerSecond: RATE,
      acknowledgedRecords: RECORDS,
      uncompressedBytes: 436_000_000,
      compressedBytes: 71_300_000,
      compressionRatio: 436 / 71.3,
      batches: 31_234,
      recordsPerBatch: RECORDS / 31_234,
      requests: 15_010,
      keyBytesMean: 11.4,
      valueBytesMean: 197.6,
      total: { sentRecords: 2_500_000, acknowledgedRecords: 2_500_000, failedRecords: 0, unsentRecords: 0 },
    },
    latency: {
      publish: histogramOf(latencies({ seed: 11, count: 120_000, medianUs: 8200, sigma: 0.35 })),
      scheduleDelay: histogramOf(latencies({ seed: 12, count: 120_000, medianUs: 310, sigma: 0.5 })),
      batching: histogramOf(latencies({ seed: 13, count: 31_234, medianUs: 6100, sigma: 0.3 })),
      request: histogramOf(latencies({ seed: 14, count: 15_010, medianUs: 1450, sigma: 0.4 })),
    },
    errors: { failedRecordsByError: {}, batchesRetried: 0, retriesByError: {}, bufferFullCount: 0 },
    seconds: Array.from({ length: WARMUP_SECONDS + DURATION_SECONDS + 1 }, (_, second) => sampleSecond(second)),
    brokers: [1, 2, 3].map((brokerId) => ({
      brokerId,
      endpoint: `127.0.0.1:4${brokerId}871`,
      isController: brokerId === 1,
      cpuSeconds: 4.2 + brokerId / 10,
      cpuCoresMean: (4.2 + brokerId / 10) / DURATION_SECONDS,
      rssBytesMax: 131_000_000 + brokerId * 1_000_000,
      requests: { produce: 5010 + brokerId, consumerFetch: 12_400, followerFetch: 9800, otherByApi: { Heartbeat: 14, OffsetCommit: 10 }, controller: brokerId === 1 ? 160 : 0, receivedBytes: 61_000_000, sentBytes: 118_000_000 },
    })),
    brokerSamples: [1, 2, 3].flatMap((brokerId) => [6, 7, 8].map((second) => ({ second, brokerId, cpuCores: 0.2 + second / 100, rssBytes: 130_000_000 }))),
    generator: { cpuSeconds: 13.1, rssBytesMax: 210_000_000, workers: [{ name: 'load 0', cpuSeconds: 8.4, utilization: 0.42 }, { name: 'group realtime', cpuSeconds: 3.1, utilization: 0.155 }] },
    inFlightRecordsMean: 842.5,
    groups: [
      {
        name: 'realtime',
        memberCount: 4,
        records: RECORDS,
        bytes: 71_300_000,
        recordsPerSecond: RATE,
        lagRecordsMax: 3120,
        lagRecordsFinal: 0,
        rebalances: 1,
        serviceRatePerMember: { perSecond: 811_000, method: 'from a busy share of 0.031 of the thread' },
        endToEnd: histogramOf(latencies({ seed: 15, count: 120_000, medianUs: 9100, sigma: 0.35 })),
      },
      {
        name: 'sink',
        memberCount: 2,
        records: RECORDS - 12_000,
        bytes: 70_900_000,
        recordsPerSecond: RATE - 600,
        lagRecordsMax: 51_000,
        lagRecordsFinal: 12_000,
        rebalances: 1,
        serviceRatePerMember: null,
        endToEnd: histogramOf(latencies({ seed: 16, count: 120_000, medianUs: 240_000, sigma: 0.5 })),
      },
    ],
    events: [],
    acknowledgementGaps: partitions().map((partition) => ({ partition, startMs: 7000 + partition, durationMs: 20 + partition })),
  };
}

function sampleSecond(second: number): SecondRecord {
  const isDrain = second === WARMUP_SECONDS + DURATION_SECONDS;
  return {
    second,
    acknowledgedRecords: isDrain ? 900 : RATE + ((second * 37) % 11) * 40,
    acknowledgedBytes: isDrain ? 32_000 : 3_560_000,
    failedRecords: 0,
    p50Us: isDrain ? null : 8200,
    p99Us: isDrain ? null : second < 2 ? 61_000 : 18_000 + ((second * 53) % 7) * 900,
    maxUs: isDrain ? null : 40_000,
    consumedRecordsByGroup: { realtime: RATE, sink: RATE - 600 },
    lagRecordsByGroup: { realtime: (second * 131) % 3120, sink: (second * 2311) % 51_000 },
  };
}

function passedVerification(): VerificationDone {
  return {
    kind: 'done',
    passed: true,
    method: 'every acknowledged batch was looked for at its offset and its records\' checksum compared with what was sent; every 64th record was read one by one',
    elapsedMs: 1234.5,
    partitionCount: PARTITIONS,
    batchesRead: 39_041,
    recordsRead: 2_500_000,
    acknowledgedRecords: 2_500_000,
    confirmedRecords: 2_500_000,
    lostRecords: 0,
    duplicatedRecords: 0,
    reorderedRecords: 0,
    changedRecords: 0,
    corruptBatches: 0,
    gaps: 0,
    misplacedRecords: 0,
    unacknowledgedSeenRecords: 0,
    unconfirmedSeenRecords: 0,
    unconfirmedMissingRecords: 0,
    expiredRecords: 0,
    foreignRecords: 0,
    recordsCheckedSingly: 39_062,
    anomalyCount: 0,
    anomalies: [],
  };
}

function samplePlan(): PlanRecord {
  return {
    decisions: [
      {
        id: 'partitions',
        decision: 'Partitions',
        value: '20',
        why: 'The slower group needs 20 readers at its measured rate when one broker is down.',
        formula: 'partitions.max',
        inputs: ['ingest.rate', 'consume.rate'],
      },
      { id: 'replication', decision: 'Replication factor', value: '3', why: 'One broker may be lost during maintenance of another.', formula: null, inputs: [] },
    ],
    inputs: [
      { name: 'ingest.rate', value: RATE, low: RATE, high: RATE, unit: 'records/s', source: 'given', why: '--rate' },
      { name: 'consume.rate', value: 5500, low: 5000, high: 6000, unit: 'records/s', source: 'measured', why: 'group realtime' },
      { name: 'peak.factor', value: 1.5, low: 1.2, high: 3, unit: 'ratio', source: 'assumed', why: 'a day\'s peak over its mean' },
    ],
    constraints: [
      { id: 'partition.consume', sentence: 'what the readers of a partition can take', demand: 5000, capacity: 5500, unit: 'records/s', slack: 500 / 5500, formula: 'partitions.max' },
      { id: 'storage', sentence: 'disk for the retention time', demand: 9e12, capacity: 8e12, unit: 'bytes', slack: -0.125, formula: 'disk.total' },
    ],
    notes: ['The peak factor decides most; measure it.'],
  };
}

/** Made once: filling the histograms takes longer than most tests. */
const MEASURED: Measured = sampleMeasured();

function partitions(): number[] {
  return Array.from({ length: PARTITIONS }, (_, partition) => partition);
}
