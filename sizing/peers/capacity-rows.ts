/** The rows of those who size by a constant per processor or per broker: Google, Alibaba, AKalculator, Redpanda. */
import type { PeerRow } from '../../results/peers/peers-record.ts';
import { significant } from '../../results/render/number-text.ts';
import { aKalculator, aKalculatorSizing } from './community/akalculator.ts';
import { amountOf, rowOf, type PeerDemand } from './peer-demand.ts';
import { alibabaApsaraMq, alibabaSizing } from './vendors/alibaba.ts';
import { googleManagedKafka, googleSizing } from './vendors/google.ts';
import { redpanda, redpandaCores } from './vendors/redpanda.ts';

export function capacityRows(demand: PeerDemand): PeerRow[] {
  return [googleRow(demand), alibabaRow(demand), aKalculatorRow(demand), redpandaRow(demand)];
}

function googleRow({ producedBytesPerSecond, consumedBytesPerSecond, workload }: PeerDemand): PeerRow {
  const { vcpus, exact, memoryGibibytes } = googleSizing({ producedBytesPerSecond, consumedBytesPerSecond, replicationFactor: workload.replicationFactor });
  return rowOf(googleManagedKafka, {
    id: 'google',
    answer: { unit: 'vCPU', amounts: [amountOf(vcpus, { exact, decidedBy: 'CPU' })], details: [`${memoryGibibytes} GiB of memory`] },
    decidedBy: 'CPU',
    inputsAssumed: ['20 MBps a vCPU', '50 % utilisation', 'batches of 10 KB or more'],
  });
}

function alibabaRow({ producedBytesPerSecond, workload }: PeerDemand): PeerRow {
  const { brokers, exact, decidedBy } = alibabaSizing({ producedBytesPerSecond, fanOut: workload.groups, replicationFactor: workload.replicationFactor });
  return rowOf(alibabaApsaraMq, { id: 'alibaba', answer: { unit: 'brokers', amounts: [amountOf(brokers, { exact, decidedBy })], details: [] }, decidedBy, inputsAssumed: ['400 MB/s of I/O a broker, half of it kept free'] });
}

function aKalculatorRow({ producedBytesPerSecond, consumedBytesPerSecond, workload }: PeerDemand): PeerRow {
  const answer = aKalculatorSizing({ producedBytesPerSecond, consumedBytesPerSecond, replicationFactor: workload.replicationFactor });
  return rowOf(aKalculator, { id: 'akalculator', answer: { unit: 'vCPU', amounts: [amountOf(answer.produceVcpus, { label: 'to produce', exact: answer.produceExact, decidedBy: 'CPU' })], details: [`${answer.consumeExact.toFixed(1)} vCPU to consume`] }, decidedBy: 'CPU', inputsAssumed: ['5 MiB/s produced and 15 MiB/s consumed a vCPU'] });
}

function redpandaRow({ producedBytesPerSecond, workload }: PeerDemand): PeerRow {
  const exact = redpandaCores({ producedBytesPerSecond, replicationFactor: workload.replicationFactor });
  const [low, high] = [Math.max(1, Math.floor(exact)), Math.max(1, Math.ceil(exact))];
  const amounts = low === high ? [amountOf(low, { exact, decidedBy: 'CPU' })] : [amountOf(low, { label: 'rounded down', decidedBy: 'CPU' }), amountOf(high, { label: 'rounded up', decidedBy: 'CPU' })];
  return rowOf(redpanda, { id: 'redpanda', answer: { unit: 'cores', amounts, details: [low === high ? 'the guide does not say how to round' : `${significant(exact)} unrounded: the guide does not say how to round`] }, decidedBy: 'CPU', inputsAssumed: ['100 MB/s a core on everything written'] });
}
