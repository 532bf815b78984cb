/** MSK Express as its documents size it: brokers from the sustained throughput of the quota table, and the fleet of load generators of the migration guide. */
import type { AwsExpressBroker } from '../../hardware/aws-express.ts';
import { ceiling, largestNeed, MB, type Peer } from '../peer.ts';

export const awsExpressTable: Peer = {
  name: 'AWS Express quota table',
  source: 'Amazon MSK Developer Guide, best practices for Express brokers; aws/agent-toolkit-for-aws d6ad2e44, migrate-to-msk simulation.md',
  knownFlaws: ['plans with the whole sustained throughput: no share is left for the loss of a zone', 'AWS\'s own script answers twice as many brokers for the documented example'],
};

/** The larger of ingress and egress over the sustained throughput, up to a multiple of three zones. */
export function expressBrokersByTable(broker: AwsExpressBroker, traffic: { producedBytesPerSecond: number; consumedBytesPerSecond: number }): { brokers: number; decidedBy: string } {
  const { decidedBy, value } = largestNeed({ ingress: traffic.producedBytesPerSecond / broker.ingressBytesPerSecond, egress: traffic.consumedBytesPerSecond / broker.egressBytesPerSecond });
  return { brokers: ceiling(ceiling(value) / 3) * 3, decidedBy };
}

const GENERATOR_BYTES_PER_SECOND = 400 * MB;

/** Load generators that push a cluster 1.5 times over its hard quota, at 400 MB/s each (TLS, acks=all); two at least. Source: simulation.md. */
export function expressLoadGenerators(broker: AwsExpressBroker, brokers: number): number {
  return Math.max(2, ceiling((broker.ingressBytesPerSecondMax * brokers * 1.5) / GENERATOR_BYTES_PER_SECOND));
}
