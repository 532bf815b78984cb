/** Hardware, availability and latency of a sizing file as the cluster of a plan. */
import type { PlanQuantity } from '../../results/plan-record.ts';
import { brokerProfile, brokerProfiles, reasonAgainstProfile, type BrokerProfile } from '../hardware/broker-profile.ts';
import { clusterDefaults } from '../input-defaults.ts';
import { profiledCluster } from '../profiled-cluster.ts';
import { input, type SizedCluster, type SizedLatency, type SizedPrice } from '../sizing-inputs.ts';
import { parseQuantity } from '../units.ts';
import { ConfigValueError } from './config-error.ts';
import type { Config } from './config-schema.ts';
import { nearestOf } from './nearest-word.ts';
import { dateText, type QuantityReader } from './quantity-reader.ts';

export type MeasuredCluster = Partial<SizedCluster>;

type HardwareMap = Exclude<NonNullable<Config['hardware']>, string>;

export function readCluster(config: Config, { reader, measured }: { reader: QuantityReader; measured: MeasuredCluster | undefined }): SizedCluster {
  const hardware: HardwareMap = typeof config.hardware === 'string' ? { profile: config.hardware } : (config.hardware ?? {});
  const profile = hardware.profile === undefined || hardware.profile === 'measured' ? undefined : profileOf(hardware.profile, typeof config.hardware === 'string' ? ['hardware'] : ['hardware', 'profile']);
  if (hardware.profile === 'measured' && measured === undefined) throw new ConfigValueError(['hardware'], 'hardware: measured needs the run that measured it: --from');
  const base: SizedCluster = { ...clusterDefaults, ...(profile === undefined ? {} : profiledCluster(profile)), ...measured };
  const read = (key: keyof HardwareMap, at: PlanQuantity, unit: 'bytes' | 'bytes/s' | 'count' | 'ratio', isShare = false): PlanQuantity => reader.read(['hardware', key], hardware[key] as never, { id: at.id, name: at.name, unit, isShare }) ?? at;
  return {
    ...base,
    hardware: profile?.name ?? (hardware.profile === 'measured' ? 'measured' : null),
    brokers: reader.count(['hardware', 'brokers'], hardware.brokers, { id: 'brokers.given', name: 'brokers as given' }) ?? null,
    diskBytes: read('disk', base.diskBytes, 'bytes'),
    diskBytesPerSecond: read('diskThroughput', base.diskBytesPerSecond, 'bytes/s'),
    ...networkOf(hardware, base, reader),
    cores: { ...read('cores', base.cores, 'ratio'), unit: 'cores' },
    memoryBytes: read('memory', base.memoryBytes, 'bytes'),
    heapBytes: read('heap', base.heapBytes, 'bytes'),
    utilization: read('utilization', base.utilization, 'ratio', true),
    degradedUtilization: read('utilizationDegraded', base.degradedUtilization, 'ratio', true),
    diskFill: read('diskFill', base.diskFill, 'ratio', true),
    replicasPerBrokerMax: read('maxReplicasPerBroker', base.replicasPerBrokerMax, 'count'),
    openFilesMax: read('maxOpenFiles', base.openFilesMax, 'count'),
    memoryMapsMax: read('maxMemoryMaps', base.memoryMapsMax, 'count'),
    connectionsMax: read('maxConnections', base.connectionsMax, 'count'),
    processor: processorOf(hardware, base, reader),
    ...availabilityOf(config, reader),
    latency: latencyOf(config, reader),
    price: priceOf(config),
  };
}

function profileOf(name: string, path: readonly string[]): BrokerProfile {
  const found = brokerProfile(name);
  if (found !== undefined) return found;
  const names = brokerProfiles.map((each) => each.name);
  const nearest = nearestOf(name, names);
  throw new ConfigValueError(path, reasonAgainstProfile(name) ?? `no hardware profile is called ${name}${nearest === undefined ? `; there are measured, ${names.join(', ')}` : `; did you mean ${nearest}?`}`);
}

function networkOf({ network }: HardwareMap, base: SizedCluster, reader: QuantityReader): Pick<SizedCluster, 'networkInBytesPerSecond' | 'networkOutBytesPerSecond'> {
  const isSplit = typeof network === 'object' && 'in' in network;
  const [into, out] = isSplit ? [network.in, network.out] : [network, network];
  const read = (raw: typeof into, way: 'in' | 'out', at: PlanQuantity): PlanQuantity => reader.read(['hardware', 'network', ...(isSplit ? [way] : [])], raw, { id: at.id, name: at.name, unit: 'bytes/s' }) ?? at;
  return { networkInBytesPerSecond: read(into, 'in', base.networkInBytesPerSecond), networkOutBytesPerSecond: read(out, 'out', base.networkOutBytesPerSecond) };
}

const MEGABYTE = 1e6;

function processorOf(hardware: HardwareMap, base: SizedCluster, reader: QuantityReader): SizedCluster['processor'] {
  // Runs may show nothing of a price.
  const read = (key: 'cpuPerMegabyteWritten' | 'cpuPerMegabyteRead' | 'cpuPerRequest', at: PlanQuantity, per: number): PlanQuantity => {
    const given = reader.read(['hardware', key], hardware[key], { id: at.id, name: at.name, unit: 'seconds', canBeZero: true });
    return given === undefined ? at : { ...given, unit: at.unit, value: given.value / per, low: given.low / per, high: given.high / per };
  };
  const { processor } = base;
  const secondsPerRequest = read('cpuPerRequest', processor.secondsPerRequest, 1);
  const { id, name } = processor.secondsPerFetch;
  return {
    secondsPerWrittenByte: read('cpuPerMegabyteWritten', processor.secondsPerWrittenByte, MEGABYTE),
    secondsPerReadByte: read('cpuPerMegabyteRead', processor.secondsPerReadByte, MEGABYTE),
    secondsPerBatch: processor.secondsPerBatch,
    secondsPerRequest,
    // Who knows what a request costs means any of them.
    secondsPerFetch: secondsPerRequest.source === 'given' ? { ...secondsPerRequest, id, name } : processor.secondsPerFetch,
    coresPerLink: processor.coresPerLink,
    idleCores: processor.idleCores,
    unseen: processor.unseen,
  };
}

function availabilityOf({ availability }: Config, reader: QuantityReader): Pick<SizedCluster, 'zones' | 'survives' | 'rebuildWithin' | 'replicationThrottle'> {
  const at = 'availability';
  const zones = reader.count([at, 'zones'], availability?.zones, { id: 'zones', name: 'zones' })?.value ?? clusterDefaults.zones;
  const survive = availability?.survive ?? ['broker'];
  if (survive.includes('zone') && zones < 2) throw new ConfigValueError([at, 'survive'], `survive: a zone can only be lost where there are others; give zones: 3`);
  return {
    zones,
    survives: { broker: survive.includes('broker') || survive.includes('zone'), zone: survive.includes('zone'), rollingRestart: availability?.rollingRestart ?? true },
    rebuildWithin: reader.read([at, 'rebuildWithin'], availability?.rebuildWithin, { id: 'rebuild.within', name: 'time in which a replaced broker is filled again', unit: 'seconds' }) ?? null,
    replicationThrottle: reader.read([at, 'throttle'], availability?.throttle, { id: 'replication.throttle', name: 'follower.replication.throttled.rate', unit: 'bytes/s' }) ?? null,
  };
}

function latencyOf({ latency }: Config, reader: QuantityReader): SizedLatency | null {
  if (latency === undefined) return null;
  const percent = latency.percentile ?? 99;
  if (!(percent >= 50 && percent < 100)) throw new ConfigValueError(['latency', 'percentile'], `percentile: ${percent} is not between 50 and 100`);
  const curve = latency.curve?.map((point, at) => ({ utilization: pointValue(reader, ['latency', 'curve', at, 'utilization'], point.utilization, 'ratio'), seconds: pointValue(reader, ['latency', 'curve', at, 'latency'], point.latency, 'seconds') }));
  return {
    objective: reader.read(['latency', 'objective'], latency.objective, { id: 'latency.objective', name: `objective for p${percent}`, unit: 'seconds' }) as PlanQuantity,
    percentile: percent / 100,
    curve: curve ?? null,
    service: reader.read(['latency', 'service'], latency.service, { id: 'latency.service', name: 'what a write takes on an idle cluster', unit: 'seconds' }) ?? input('latency.service', 'what a write takes on an idle cluster', 0.002, 'seconds', { source: 'assumed', why: 'acks=all in one region; measure yours with headroom bench at a low rate', low: 0.001, high: 0.005 }),
    variation: reader.read(['latency', 'variation'], latency.variation, { id: 'latency.variation', name: '(ca2 + cs2) / 2 of arrivals and service', unit: 'ratio' }) ?? input('latency.variation', '(ca2 + cs2) / 2 of arrivals and service', 1, 'ratio', { source: 'assumed', why: 'Poisson arrivals, exponential service', low: 0.5, high: 2 }),
  };
}

function pointValue(reader: QuantityReader, path: readonly (string | number)[], raw: string | number, unit: 'ratio' | 'seconds'): number {
  return reader.read(path, raw, { id: '', name: '', unit, isShare: unit === 'ratio', canBeZero: true })?.value ?? parseQuantity(String(raw), unit);
}

function priceOf({ price }: Config): SizedPrice | null {
  if (price === undefined) return null;
  const date = dateText(price.date);
  const of = (id: string, name: string, value: number | undefined): PlanQuantity | null => (value === undefined ? null : input(id, name, value, 'money', { source: 'given', why: `in the file, ${price.currency} of ${date}`, date }));
  return {
    currency: price.currency,
    date,
    brokerPerHour: of('price.broker', 'price of a broker for an hour', price.brokerPerHour),
    diskPerByteMonth: of('price.disk', 'price of a byte of disk for a month', price.diskPerGBMonth === undefined ? undefined : price.diskPerGBMonth / 1e9),
    crossZonePerByte: of('price.zone', 'price of a byte between zones', price.crossZonePerGB === undefined ? undefined : price.crossZonePerGB / 1e9),
  };
}
