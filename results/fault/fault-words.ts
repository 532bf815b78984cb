/** Faults in words: what was to be done, and the stretches of a run in which something was wrong. */
import { bytesText, latencyText } from '../render/number-text.ts';
import type { RunEvent } from '../run.ts';
import { FAULT_BEGINS, type BrokerChoice, type FaultConfiguration, type LinkEnd } from './fault-record.ts';

/** Without its place in time: `kill -9 of the leading broker, restarted 5 s later`. */
export function faultWords(fault: FaultConfiguration): string {
  const length = fault.forSeconds === null ? '' : latencyText(fault.forSeconds * 1e6);
  const forLength = length === '' ? 'until the end' : `for ${length}`;
  switch (fault.kind) {
    case 'kill':
      return `kill -9 of ${brokerWords(fault.broker)}, restarted ${length} later`;
    case 'restart':
      return `clean restart of ${brokerWords(fault.broker)}${fault.forSeconds === 0 ? '' : `, ${length} down`}`;
    case 'pause':
      return `${brokerWords(fault.broker)} paused for ${length}`;
    case 'slowDisk':
      return `disk of ${brokerWords(fault.broker)} slower by ${latencyText(fault.delayMs * 1000)} an operation for ${length}`;
    case 'slowLink':
      return `link between ${endWords(fault.between[0])} and ${endWords(fault.between[1])} slower by ${linkWords(fault)} for ${length}`;
    case 'cutLink':
      return `link between ${endWords(fault.between[0])} and ${endWords(fault.between[1])} cut for ${length}`;
    case 'scaleGroup':
      return fault.memberCount === 0 ? `group ${fault.group} away ${forLength}` : `group ${fault.group} with ${fault.memberCount} members ${forLength}`;
    case 'crashMember':
      return `a member of group ${fault.group} gone without leaving${length === '' ? '' : `, another one ${length} later`}`;
    case 'stuckMember':
      return `a member of group ${fault.group} stuck ${forLength}`;
    case 'slowMember':
      return `a member of group ${fault.group} slower by ${latencyText(fault.serviceTimeUs)} a record ${forLength}`;
  }
}

/** `..., 5 s into the measured window`. */
export function timedFaultWords(fault: FaultConfiguration): string {
  return `${faultWords(fault)}, ${fault.atSeconds} s into the measured window`;
}

export function isFaultBegin({ kind }: RunEvent): boolean {
  return (FAULT_BEGINS as readonly string[]).includes(kind);
}

/** `5 ms each way`, `5 ms each way, 10 MiB/s`. */
export function linkWords({ delayMs, bytesPerSecond }: { delayMs: number; bytesPerSecond: number | null }): string {
  return `${latencyText(delayMs * 1000)} each way${bytesPerSecond === null ? '' : `, ${bytesText(bytesPerSecond)}/s`}`;
}

function brokerWords(choice: BrokerChoice): string {
  if (typeof choice === 'number') return `broker ${choice}`;
  return { leader: 'the leading broker', follower: 'a follower', controller: 'the controller', all: 'all brokers' }[choice];
}

function endWords(end: LinkEnd): string {
  return end === 'clients' || end === 'everybody' ? end : brokerWords(end);
}
