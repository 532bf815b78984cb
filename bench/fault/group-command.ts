/** What a run asks of the members of a consumer group while it goes on; plain data, posted to the group's thread. */
import type { GroupFaultConfiguration } from '../../results/fault/fault-record.ts';

export type GroupCommand =
  /** So many members from now on. */
  | { readonly kind: 'scale'; readonly memberCount: number }
  /** The last member is gone without a word. */
  | { readonly kind: 'crash' }
  /** The first member polls no more, or again. */
  | { readonly kind: 'stuck'; readonly isStuck: boolean }
  /** The first member spends so much more on each record. */
  | { readonly kind: 'slow'; readonly serviceTimeUs: number };

/** `memberCount`: the group's before the fault. */
export function groupCommands(fault: GroupFaultConfiguration, memberCount: number): { begin: GroupCommand; heal: GroupCommand } {
  switch (fault.kind) {
    case 'scaleGroup':
      return { begin: { kind: 'scale', memberCount: fault.memberCount }, heal: { kind: 'scale', memberCount } };
    case 'crashMember':
      return { begin: { kind: 'crash' }, heal: { kind: 'scale', memberCount } };
    case 'stuckMember':
      return { begin: { kind: 'stuck', isStuck: true }, heal: { kind: 'stuck', isStuck: false } };
    case 'slowMember':
      return { begin: { kind: 'slow', serviceTimeUs: fault.serviceTimeUs }, heal: { kind: 'slow', serviceTimeUs: 0 } };
  }
}
