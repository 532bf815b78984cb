/** What `msk_sizing.py` asks for a month of a cluster, US dollars of us-east-1 on demand. Sizes are billed in GiB, a month has 730 hours. */
import { awsPrices } from '../../hardware/aws-standard.ts';
import { GIB, HOUR_SECONDS, MIB } from '../peer.ts';

export interface EntitlementCost {
  readonly brokers: number;
  readonly storage: number;
  readonly tiered: number;
  readonly provisioned: number;
  readonly dataIn: number;
  readonly crossZone: number;
  readonly total: number;
}

export interface EntitlementCostInputs {
  readonly brokers: number;
  readonly usdPerHour: number;
  readonly storageBytes: number;
  readonly tieredBytes: number;
  /** Of a broker; 0: none is bought. */
  readonly provisionedBytesPerSecond: number;
  readonly producedBytesPerSecond: number;
  /** What consumers read without regard to their zone. */
  readonly crossZoneConsumedBytesPerSecond: number;
  readonly zones: number;
  readonly isDataInCharged: boolean;
}

export function entitlementCost(inputs: EntitlementCostInputs): EntitlementCost {
  const { producedBytesPerSecond, crossZoneConsumedBytesPerSecond, zones } = inputs;
  const monthGibibytes = (bytesPerSecond: number): number => (bytesPerSecond * HOUR_SECONDS * awsPrices.hoursPerMonth) / GIB;
  const parts = {
    brokers: inputs.brokers * inputs.usdPerHour * awsPrices.hoursPerMonth,
    storage: (inputs.storageBytes / GIB) * awsPrices.ebsPerGibibyteMonth,
    tiered: (inputs.tieredBytes / GIB) * awsPrices.tieredPerGibibyteMonth,
    provisioned: inputs.brokers * (inputs.provisionedBytesPerSecond / MIB) * awsPrices.provisionedPerMebibytePerSecondMonth,
    dataIn: inputs.isDataInCharged ? monthGibibytes(producedBytesPerSecond) * awsPrices.expressDataInPerGibibyte : 0,
    crossZone: monthGibibytes(((producedBytesPerSecond + crossZoneConsumedBytesPerSecond) * (zones - 1)) / zones) * awsPrices.crossZonePerGibibyte,
  };
  return { ...parts, total: Object.values(parts).reduce((sum, each) => sum + each, 0) };
}
