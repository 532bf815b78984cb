import { describe, expect, test } from 'vitest';
import { awsExpressBroker, awsExpressBrokers, awsExpressSource } from '../../../sizing/hardware/aws-express.ts';
import { awsStandardBroker, awsStandardBrokers, awsStandardSource } from '../../../sizing/hardware/aws-standard.ts';
import { huaweiBandwidthTiers, huaweiFlavors, huaweiSource } from '../../../sizing/hardware/huawei-dms.ts';
import { confluentUnit, confluentUnitSource } from '../../../sizing/hardware/managed-units.ts';
import { measuredRuns } from '../../../sizing/hardware/measured-runs.ts';
import { GIBIBYTE, MEBIBYTE, MEGABYTE } from '../../../sizing/hardware/profile.ts';

const sources = [awsStandardSource, awsExpressSource, huaweiSource, confluentUnitSource, ...measuredRuns.map(({ source }) => source)];

test('every profile says where it is from and when it was entered', () => {
  for (const { title, recordedOn, publishedOn } of sources) {
    expect(title.length).toBeGreaterThan(5);
    for (const date of [recordedOn, ...(publishedOn === null ? [] : [publishedOn])]) expect(new Date(date).toISOString().slice(0, 10)).toBe(date);
  }
});

describe('AWS', () => {
  test('tables have every size once, and larger is never slower nor cheaper', () => {
    expect(awsStandardBrokers).toHaveLength(15);
    expect(awsExpressBrokers).toHaveLength(7);
    for (const family of ['m5.', 'm7g.']) {
      const sizes = awsStandardBrokers.filter(({ instance }) => instance.startsWith(family));
      for (const [at, each] of sizes.entries()) {
        const before = sizes[at - 1];
        if (before === undefined) continue;
        expect(each.ebsBytesPerSecond).toBeGreaterThanOrEqual(before.ebsBytesPerSecond);
        expect(each.networkBytesPerSecond).toBeGreaterThan(before.networkBytesPerSecond);
        expect(each.usdPerHour).toBeGreaterThan(before.usdPerHour);
      }
    }
  });

  test('Standard brokers are in MiB/s, Express quotas as printed in MB/s', () => {
    expect(awsStandardBroker('m5.large')).toMatchObject({ ebsBytesPerSecond: 81 * MEBIBYTE, ebsInstanceBytesPerSecond: 81.25 * MEBIBYTE });
    expect(awsExpressBroker('express.m7g.4xlarge')).toMatchObject({ ingressBytesPerSecond: 124.9 * MEGABYTE, ingressBytesPerSecondMax: 187.5 * MEGABYTE, scriptIngressBytesPerSecond: 125 * MEBIBYTE });
  });

  test('a quota lies above what is sustained', () => {
    for (const each of awsExpressBrokers) {
      expect(each.ingressBytesPerSecondMax).toBeGreaterThan(each.ingressBytesPerSecond);
      expect(each.egressBytesPerSecondMax).toBeGreaterThan(each.egressBytesPerSecond);
      expect(each.partitionsMax).toBeGreaterThan(each.partitionsRecommended);
    }
  });

  test('provisioned throughput is sold from m5.4xlarge and m7g.2xlarge on, the script starts at 4xlarge', () => {
    const sold = awsStandardBrokers.filter(({ provisionedBytesPerSecondMax }) => provisionedBytesPerSecondMax !== null).map(({ instance }) => instance);
    const inScript = awsStandardBrokers.filter(({ isProvisionedThroughputInScript }) => isProvisionedThroughputInScript).map(({ instance }) => instance);
    expect(sold).toEqual([...inScript.slice(0, 5), 'm7g.2xlarge', ...inScript.slice(5)]);
    expect(inScript[0]).toBe('m5.4xlarge');
  });

  test('an Express broker that is not in the table is refused with those that are', () => {
    expect(() => awsExpressBroker('express.m7g.small')).toThrow(/there are express\.m7g\.large/);
  });
});

test('152 CKU are the documented maxima of a Dedicated cluster, except partitions', () => {
  const { unitsMax } = confluentUnit;
  expect([confluentUnit.ingressBytesPerSecond, confluentUnit.egressBytesPerSecond].map((each) => (each * unitsMax) / MEGABYTE)).toEqual([9120, 27_360]);
  expect([confluentUnit.connections, confluentUnit.requestsPerSecond, confluentUnit.connectionAttemptsPerSecond].map((each) => each * unitsMax)).toEqual([2_736_000, 2_280_000, 76_000]);
  expect(confluentUnit.partitions * unitsMax).toBeGreaterThan(confluentUnit.clusterPartitionsMax);
});

test('Huawei: synchronous replication is never faster than asynchronous, and flavors grow', () => {
  for (const { asyncRecordsPerSecond, syncRecordsPerSecondLow, syncRecordsPerSecondHigh } of huaweiBandwidthTiers) {
    expect(syncRecordsPerSecondLow).toBeLessThanOrEqual(syncRecordsPerSecondHigh);
    expect(syncRecordsPerSecondHigh).toBeLessThan(asyncRecordsPerSecond);
  }
  expect(huaweiFlavors.map(({ bytesPerSecond }) => bytesPerSecond / MEGABYTE)).toEqual([40, 100, 200, 375, 625, 750]);
});

test('measured runs agree with their own record rates where both are printed', () => {
  const linkedIn = measuredRuns.find(({ id }) => id === 'linkedin-2014');
  const rates = linkedIn?.figures.filter(({ unit }) => unit === 'records/s') ?? [];
  expect(rates).toHaveLength(6);
  for (const { what, value } of rates) {
    const bytes = linkedIn?.figures.find((each) => each.what === what && each.unit === 'bytes/s')?.value ?? Number.NaN;
    // 100 B records: its MB are MiB.
    expect(bytes / MEGABYTE / ((value * 100) / MEBIBYTE), what).toBeCloseTo(1, 2);
  }
  expect(GIBIBYTE).toBe(1024 * MEBIBYTE);
});
