/** Branches of the peers' formulas that no published figure reaches, each worked out by hand. */
import { describe, expect, test } from 'vitest';
import { awsStandardBroker } from '../../../sizing/hardware/aws-standard.ts';
import { standardEntitlements, standardIngressBytesPerSecond, type EntitlementInputs } from '../../../sizing/peers/aws/entitlement.ts';
import { equationOneBrokers, equationOneCeiling } from '../../../sizing/peers/aws/equation-one.ts';
import { replicatorPartitions } from '../../../sizing/peers/aws/replicator.ts';
import { aKalculatorSizing } from '../../../sizing/peers/community/akalculator.ts';
import { brokersToAdd, leaderCpuShare } from '../../../sizing/peers/community/cruise-control.ts';
import { flowBytesPerSecond } from '../../../sizing/peers/community/flow-volumes.ts';
import { purbonSizing } from '../../../sizing/peers/community/purbon.ts';
import { syaliouneRestProxyCpus, syaliouneSchemaRegistry } from '../../../sizing/peers/community/syalioune.ts';
import { redHatConnectWorker, workingTasks } from '../../../sizing/peers/guidance/connect.ts';
import { fileDescriptors } from '../../../sizing/peers/guidance/partition-limits.ts';
import { partitionsByLatencyRule, partitionsByThroughput } from '../../../sizing/peers/guidance/partition-throughput.ts';
import { markersPerSecond, transactionLogRecordsPerSecond } from '../../../sizing/peers/guidance/transactions.ts';
import { ceiling, GB, GIB, HOUR_SECONDS, MB, MIB } from '../../../sizing/peers/peer.ts';
import { survivorUtilization, zoneLossFactor } from '../../../sizing/peers/vendors/aiven.ts';
import { alibabaSizing } from '../../../sizing/peers/vendors/alibaba.ts';
import { googleSizing } from '../../../sizing/peers/vendors/google.ts';
import { pipelineBytesPerSecond } from '../../../sizing/peers/vendors/ksqldb.ts';
import { redHatSizing } from '../../../sizing/peers/vendors/red-hat-amq.ts';

const even: EntitlementInputs = { averageProducedBytesPerSecond: 100 * MIB, peakProducedBytesPerSecond: 100 * MIB, averageConsumedBytesPerSecond: 100 * MIB, peakConsumedBytesPerSecond: 100 * MIB, partitionReplicas: 30, replicationFactor: 3, retentionSeconds: HOUR_SECONDS, primaryRetentionSeconds: HOUR_SECONDS };
const forInstance = (instance: string, inputs: EntitlementInputs) => {
  const found = standardEntitlements(inputs).find((each) => each.instance === instance);
  if (found === undefined) throw new Error(instance);
  return found;
};

describe('AWS entitlement', () => {
  test('a broker is entitled to the lesser of its disks / 6.5 and its network / (1.5 fan-out + 5.7)', () => {
    const broker = awsStandardBroker('m5.large');
    expect(standardIngressBytesPerSecond(broker, { fanOut: 0, isTiered: false }) / MIB).toBeCloseTo(81 / 6.5, 9);
    expect(standardIngressBytesPerSecond(broker, { fanOut: 4, isTiered: false }) / MIB).toBeCloseTo(96 / 11.7, 9);
    expect(standardIngressBytesPerSecond(broker, { fanOut: 4, isTiered: true }) / MIB).toBeCloseTo(96 / 13.2, 9);
  });

  test('many partitions decide, at the recommended number a broker', () => {
    expect(forInstance('m5.large', { ...even, partitionReplicas: 30_001 })).toMatchObject({ brokers: 33, decidedBy: 'partitions' });
  });

  test('provisioned throughput counts for the sizes that have it, up to their limit, and costs', () => {
    const provisioned = { ...even, provisionedBytesPerSecond: 1000 * MIB };
    expect(forInstance('m5.4xlarge', provisioned).needs['pst']).toBe(3);
    expect(forInstance('m5.4xlarge', provisioned).monthlyUsd.provisioned).toBeCloseTo(forInstance('m5.4xlarge', provisioned).brokers * 593.75 * 0.08, 6);
    expect(forInstance('m5.2xlarge', provisioned).needs).not.toHaveProperty('pst');
  });

  test('consumers without regard to zones cost two thirds of what they read', () => {
    const gibibytes = (100 * 3600 * 730) / 1024;
    const [aware, not] = [forInstance('m5.large', even), forInstance('m5.large', { ...even, isRackAware: false })];
    expect(aware.monthlyUsd.crossZone).toBeCloseTo(gibibytes * (2 / 3) * 0.02, 6);
    expect(not.monthlyUsd.crossZone - aware.monthlyUsd.crossZone).toBeCloseTo(gibibytes * (2 / 3) * 0.02, 6);
    expect(not.brokers).toBe(aware.brokers);
  });

  test('an instance that is not in the table is refused with those that are', () => {
    expect(() => awsStandardBroker('m6i.large')).toThrow(/no MSK Standard broker is called m6i\.large; there are m5\.large/);
  });
});

describe('equation 1', () => {
  const limits = { storageBytesPerSecond: 250 * MB, ebsNetworkBytesPerSecond: 300 * MB, ec2NetworkBytesPerSecond: 400 * MB };

  test.each([
    [1, 'storage volume', 250],
    [3, 'EC2 network', 240],
  ] as const)('with %i groups %s decides', (groups, decidedBy, megabytes) => {
    const ceilingOf3 = equationOneCeiling({ limits, brokers: 3, replicationFactor: 3, groups });
    expect(ceilingOf3.decidedBy).toBe(decidedBy);
    expect(ceilingOf3.producedBytesPerSecond / MB).toBeCloseTo(megabytes, 9);
  });

  test('needs exactly the brokers whose ceiling is met', () => {
    expect(equationOneBrokers({ limits, producedBytesPerSecond: 240 * MB, replicationFactor: 3, groups: 3 }).brokers).toBe(3);
    expect(equationOneBrokers({ limits, producedBytesPerSecond: 241 * MB, replicationFactor: 3, groups: 3 }).brokers).toBe(4);
  });
});

test('MSK Replicator: the first row that is not below, none above the last', () => {
  expect(replicatorPartitions(102.4 * MB)?.partitions).toBe(334);
  expect(replicatorPartitions(100 * MIB + 1)?.partitions).toBe(833);
  expect(replicatorPartitions(1001 * MIB)).toBeNull();
});

describe('Red Hat AMQ', () => {
  const inputs = { producedBytesPerSecond: 500 * MB, replicationFactor: 3, groups: 1, networkGigabitsPerSecond: 10, diskBytesPerSecond: 300 * MB, utilizationMax: 0.65, retentionDays: 1 };

  test('a slow disk decides, lagging groups read from it', () => {
    expect(redHatSizing(inputs)).toMatchObject({ decidedBy: 'disk throughput', brokers: Math.ceil((5 / 0.65) * 1.6), vcpusPerBroker: 10 });
    expect(redHatSizing({ ...inputs, laggingGroups: 3 }).brokers).toBe(Math.ceil((10 / 0.65) * 1.6));
  });

  test('more than 50 brokers have 5 ZooKeeper nodes', () => {
    expect(redHatSizing({ ...inputs, producedBytesPerSecond: 5000 * MB }).zooKeeperNodes).toBe(5);
  });
});

test('flows: lagging groups read from the disks', () => {
  expect(flowBytesPerSecond({ producedBytesPerSecond: 10, replicationFactor: 3, groups: 4, laggingGroups: 2 })).toEqual({ written: 30, read: 60, replicated: 20, disk: 50 });
});

test('Google: never fewer than 3 vCPU, and average over peak in place of a half', () => {
  expect(googleSizing({ producedBytesPerSecond: MB, consumedBytesPerSecond: MB, replicationFactor: 3 }).vcpus).toBe(3);
  expect(googleSizing({ producedBytesPerSecond: 50 * MB, consumedBytesPerSecond: 100 * MB, replicationFactor: 3, utilization: 1 }).vcpus).toBe(10);
});

test('Alibaba: I/O decides above the floor', () => {
  expect(alibabaSizing({ producedBytesPerSecond: 1000 * MB, fanOut: 2, replicationFactor: 3 })).toMatchObject({ brokers: 35, decidedBy: 'I/O' });
});

test('AKalculator: a quarter of the reads and all replicas are disk requests of 128 KiB', () => {
  expect(aKalculatorSizing({ producedBytesPerSecond: 64 * MIB, consumedBytesPerSecond: 128 * MIB, replicationFactor: 3 })).toMatchObject({ diskReadsPerSecond: 256, diskWritesPerSecond: 1536 });
});

test('purbon: storage decides on disks of an ordinary size', () => {
  expect(purbonSizing({ recordsPerSecond: 100_000, recordBytes: 1024, replicationFactor: 3, groups: 2, retentionDays: 7, diskBytes: 16_384 * GIB })).toMatchObject({ brokers: 11, decidedBy: 'storage' });
});

test('purbon: its own example of 100 subscribers needs 5 brokers', () => {
  expect(purbonSizing({ recordsPerSecond: 50, recordBytes: 512_000, replicationFactor: 3, groups: 100, retentionDays: 7 })).toMatchObject({ brokers: 5, decidedBy: 'reads' });
});

test('syalioune: registry and REST proxy have their floors', () => {
  expect(syaliouneSchemaRegistry({ schemas: 100, lookupsPerSecond: 1 })).toEqual({ heapBytes: 256 * MB, cpus: 1 });
  expect(syaliouneSchemaRegistry({ schemas: 1000, lookupsPerSecond: 10_001 })).toEqual({ heapBytes: 500 * MB, cpus: 2 });
  expect(syaliouneRestProxyCpus({ requestsPerSecond: 20_000, instances: 2 })).toBe(4);
});

test('Cruise Control: nothing is added when nothing is missing, and CPU follows weighted bytes', () => {
  expect(brokersToAdd({ utilization: 400, allowedUtilization: 420, threshold: 0.7, brokerCapacity: 100 })).toBe(0);
  const broker = { leaderBytesIn: 100, leaderBytesOut: 200, followerBytesIn: 200, cpuUtilization: 0.65 };
  expect(leaderCpuShare({ leaderBytesIn: 50, leaderBytesOut: 100 }, broker)).toBeCloseTo((0.65 * 50) / 130, 12);
  expect(leaderCpuShare({ leaderBytesIn: 0, leaderBytesOut: 0 }, { ...broker, leaderBytesIn: 0, leaderBytesOut: 0, followerBytesIn: 0 })).toBe(0);
});

test('partitions: at least one, and the slower of producer and consumer decides', () => {
  expect(partitionsByThroughput({ target: 1, producer: 100, consumer: 50 })).toMatchObject({ partitions: 1, decidedBy: 'consumer' });
  expect(partitionsByThroughput({ target: 100, producer: 10, consumer: 50 })).toMatchObject({ partitions: 10, decidedBy: 'producer' });
  expect(partitionsByLatencyRule({ brokers: 5, replicationFactor: 3 })).toBe(1500);
});

test('file descriptors: segments and connections, from 100,000', () => {
  expect(fileDescriptors({ partitionReplicas: 4000, partitionBytes: 50 * GB, segmentBytes: GB, connections: 500 })).toBe(200_500);
  expect(fileDescriptors({ partitionReplicas: 10, partitionBytes: GB, segmentBytes: GB, connections: 5 })).toBe(100_000);
});

test('survivors carry what the lost one carried', () => {
  expect(survivorUtilization({ utilization: 0.6, brokers: 4 })).toBeCloseTo(0.8, 12);
  expect(zoneLossFactor(3)).toBe(1.5);
  expect(() => zoneLossFactor(1)).toThrow(/nobody is left of 1/);
});

test('Connect and transactions', () => {
  expect(workingTasks({ tasksMax: 8, partitions: 10, isSingleTask: true })).toBe(1);
  expect(redHatConnectWorker(3)).toEqual({ vcpus: 4, memoryGigabytes: 5 });
  expect(markersPerSecond({ commitsPerSecond: 10, partitionsPerTransaction: 20 })).toBe(200);
  expect(transactionLogRecordsPerSecond(10)).toBe(30);
});

test('a pipeline without a query is refused', () => expect(() => pipelineBytesPerSecond([])).toThrow(RangeError));

test('rounding noise is not one more of anything', () => {
  expect(ceiling(50 / (50 / 7))).toBe(7);
  expect(ceiling((0.1 * 3) / 0.1)).toBe(3);
  expect(ceiling(7.001)).toBe(8);
});
