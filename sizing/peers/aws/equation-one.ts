/** F1, the ceiling of what producers can send into a cluster (AWS Big Data Blog, right-sizing, equation 1). One number of brokers, no storage and no CPU. */
import type { Peer } from '../peer.ts';

export const awsEquationOne: Peer = {
  name: 'AWS blog, equation 1',
  source: 'AWS Big Data Blog, Best practices for right-sizing your Apache Kafka clusters',
  knownFlaws: ['knows neither storage nor CPU nor the loss of a broker, nor that a cluster has as many brokers as replicas', 'assumes balanced leaders and all groups at the tip', 'readers put burst bandwidth into it'],
};

/** Of one broker, sustained, bytes/s. */
export interface BrokerThroughputLimits {
  readonly storageBytesPerSecond: number;
  readonly ebsNetworkBytesPerSecond: number;
  readonly ec2NetworkBytesPerSecond: number;
}

export interface EquationOneInputs {
  readonly limits: BrokerThroughputLimits;
  readonly brokers: number;
  readonly replicationFactor: number;
  readonly groups: number;
  /** Share of each limit to plan with; 1: the limit itself. */
  readonly utilization?: number;
}

export type EquationOneTerm = 'storage volume' | 'EBS network' | 'EC2 network';

export interface EquationOneCeiling {
  /** What producers can send at most, bytes/s. */
  readonly producedBytesPerSecond: number;
  readonly decidedBy: EquationOneTerm;
  readonly terms: Readonly<Record<EquationOneTerm, number>>;
}

/** min( storage x N / R, EBS network x N / R, EC2 network x N / (C + R - 1) ). */
export function equationOneCeiling({ limits, brokers, replicationFactor, groups, utilization = 1 }: EquationOneInputs): EquationOneCeiling {
  const share = brokers * utilization;
  const terms = {
    'storage volume': (limits.storageBytesPerSecond * share) / replicationFactor,
    'EBS network': (limits.ebsNetworkBytesPerSecond * share) / replicationFactor,
    'EC2 network': (limits.ec2NetworkBytesPerSecond * share) / (groups + replicationFactor - 1),
  };
  const [decidedBy, producedBytesPerSecond] = (Object.entries(terms) as [EquationOneTerm, number][]).reduce((least, each) => (each[1] < least[1] ? each : least));
  return { producedBytesPerSecond, decidedBy, terms };
}

/** The same turned round: the fewest brokers whose ceiling is not below what is produced, and that number before it is rounded up. */
export function equationOneBrokers(inputs: Omit<EquationOneInputs, 'brokers'> & { producedBytesPerSecond: number }): { brokers: number; exact: number; decidedBy: EquationOneTerm } {
  const one = equationOneCeiling({ ...inputs, brokers: 1 });
  const exact = inputs.producedBytesPerSecond / one.producedBytesPerSecond;
  return { brokers: Math.max(1, Math.ceil(exact - 1e-9)), exact, decidedBy: one.decidedBy };
}
