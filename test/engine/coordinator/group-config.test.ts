import { expect, it } from 'vitest';
import { defaultGroupConfig, parseGroupConfig } from '../../../engine/coordinator/group-config.ts';

it("without properties the group coordinator has Kafka's defaults", () => {
  expect(defaultGroupConfig).toMatchObject({ initialRebalanceDelayMs: 3000, minSessionTimeoutMs: 6000, maxSessionTimeoutMs: 1_800_000, offsetsRetentionMinutes: 10_080 });
});

it.each([
  ['group.max.size', '0'],
  ['group.max.size', 'many'],
  ['offsets.topic.num.partitions', ''],
  ['offsets.retention.minutes', '1.5'],
  ['group.max.session.timeout.ms', '5000'],
])('%s=%s is refused by name', (name, value) => {
  expect(() => parseGroupConfig(new Map([[name, value]]))).toThrow(name);
});
