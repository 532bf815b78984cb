/** Runs from before a run could have several faults: their one fault, in today's words. Everything else in such a file means what it does now. */
import type { FaultConfiguration } from './fault-record.ts';

type OlderFault =
  | { readonly kind: 'killBroker'; readonly atSeconds: number; readonly restartAfterSeconds: number }
  | { readonly kind: 'pauseBroker'; readonly atSeconds: number; readonly forSeconds: number; readonly which: 'leader' | 'all' };

/** The record itself when it is of today. `run` is what a file held, unchecked. */
export function withFaultList(run: unknown): unknown {
  if (typeof run !== 'object' || run === null || !('configuration' in run)) return run;
  const { configuration } = run;
  if (typeof configuration !== 'object' || configuration === null || 'faults' in configuration || !('fault' in configuration)) return run;
  const { fault, ...others } = configuration;
  return { ...run, configuration: { ...others, faults: fault === null ? [] : [todays(fault as OlderFault)] } };
}

/** What is no fault of older runs is handed on, for the schema to refuse. */
function todays(fault: OlderFault): FaultConfiguration | OlderFault {
  switch (fault.kind) {
    case 'killBroker':
      return { kind: 'kill', atSeconds: fault.atSeconds, forSeconds: fault.restartAfterSeconds, broker: 'leader' };
    case 'pauseBroker':
      return { kind: 'pause', atSeconds: fault.atSeconds, forSeconds: fault.forSeconds, broker: fault.which };
    default:
      return fault;
  }
}
