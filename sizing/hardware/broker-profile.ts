/** The published profiles as what a plan needs of a broker, by name. Those whose quotas count something else (clients' traffic alone) are not brokers in this sense. */
import { awsExpressBrokers } from './aws-express.ts';
import { awsStandardBrokers, awsStandardSource } from './aws-standard.ts';
import { huaweiFlavors, huaweiSource } from './huawei-dms.ts';
import { GIBIBYTE, type ProfileSource } from './profile.ts';

export interface BrokerProfile {
  readonly name: string;
  /** `m7g`: siblings are alternatives. */
  readonly family: string;
  readonly source: ProfileSource;
  readonly diskBytes: number;
  readonly diskBytesPerSecond: number;
  readonly networkBytesPerSecond: number;
  readonly cores: number;
  readonly memoryBytes: number;
  readonly replicasMax: number;
  readonly connectionsMax: number;
  readonly usdPerHour: number | null;
}

/** EC2: a large has 2 vCPU and 8 GiB in these families, and each size up doubles it. */
const EC2_SIZES: Readonly<Record<string, number>> = { large: 2, xlarge: 4, '2xlarge': 8, '4xlarge': 16, '8xlarge': 32, '12xlarge': 48, '16xlarge': 64, '24xlarge': 96 };
const MSK_DISK_BYTES = 16_384 * GIBIBYTE;
const MSK_CONNECTIONS = 3000;
/** DMS sells disks of its own size; what a volume there can hold. */
const DMS_DISK_BYTES = 30_000e9;

export const brokerProfiles: readonly BrokerProfile[] = [
  ...awsStandardBrokers.map(({ instance, ebsBytesPerSecond, networkBytesPerSecond, partitionsRecommended, usdPerHour }) => {
    const [family = '', size = ''] = instance.split('.');
    const cores = EC2_SIZES[size] ?? 2;
    return { name: instance, family, source: awsStandardSource, diskBytes: MSK_DISK_BYTES, diskBytesPerSecond: ebsBytesPerSecond, networkBytesPerSecond, cores, memoryBytes: cores * 4 * GIBIBYTE, replicasMax: partitionsRecommended, connectionsMax: MSK_CONNECTIONS, usdPerHour };
  }),
  ...huaweiFlavors.map(({ name, bytesPerSecond, euBytesPerSecond, partitionsMax, connectionsMax }) => {
    const [, cores = '2', memory = '4'] = /(\d+)u(\d+)g/.exec(name) ?? [];
    const sustained = Math.min(bytesPerSecond, euBytesPerSecond ?? bytesPerSecond);
    return { name, family: 'kafka', source: huaweiSource, diskBytes: DMS_DISK_BYTES, diskBytesPerSecond: sustained, networkBytesPerSecond: sustained, cores: Number(cores), memoryBytes: Number(memory) * GIBIBYTE, replicasMax: partitionsMax, connectionsMax, usdPerHour: null };
  }),
];

/** Undefined: nothing is called so. */
export function brokerProfile(name: string): BrokerProfile | undefined {
  const wanted = name.replace(/^kafka\.(?=m)/, '');
  return brokerProfiles.find((each) => each.name === wanted);
}

/** Why a name that is known elsewhere is no broker here; undefined: it is not known at all. */
export function reasonAgainstProfile(name: string): string | undefined {
  if (awsExpressBrokers.some(({ instance }) => instance === name)) return `the quotas of ${name} count the clients' traffic only, replication is inside; see it with --compare-peers`;
  if (/^cku$/i.test(name)) return 'a CKU is a share of a cluster, not a broker; see it with --compare-peers';
  return undefined;
}
