/**
 * Runs of older schema versions in the form of the present one, step by step: a reader knows one form only. What an old file does not say is
 * null, "not known". Files are not rewritten.
 */
import { withFaultList } from './fault/older-faults.ts';
import { RUN_SCHEMA_VERSION } from './run.ts';

type Plain = Readonly<Record<string, unknown>>;

/** By the version that is converted: to the next one. */
const STEPS: Readonly<Record<number, (run: Plain) => Plain>> = {
  /** 2 says more of the host, what the machine did before and after the run, how many records were in flight; and a run may have several faults. */
  1: (run) => ({
    ...(withFaultList(run) as Plain),
    schemaVersion: 2,
    host: extended(NEW_IN_HOST_2, run['host']),
    machine: { before: null, after: null },
    measured: extended({ inFlightRecordsMean: null }, run['measured']),
    repeat: run['repeat'] ?? null,
  }),
};

const NEW_IN_HOST_2 = {
  socketCount: null,
  physicalCoreCount: null,
  threadCount: null,
  isSmtActive: null,
  isTurboEnabled: null,
  hypervisor: null,
  container: null,
  clockSource: null,
  cLibrary: null,
  cgroupVersion: null,
  swapBytes: null,
  transparentHugePages: null,
  hugePageCount: null,
  disk: null,
  libraries: {},
};

/** The value itself when there is nothing to convert, or nothing known to convert it by. */
export function migratedRun(value: unknown): unknown {
  let run = value;
  while (isPlain(run) && run['schemaVersion'] !== RUN_SCHEMA_VERSION) {
    const step: ((run: Plain) => Plain) | undefined = typeof run['schemaVersion'] === 'number' ? STEPS[run['schemaVersion']] : undefined;
    if (step === undefined) return run;
    run = step(run);
  }
  return run;
}

/** What is no object is left to the check that follows. */
function extended(missing: Plain, part: unknown): unknown {
  return isPlain(part) ? { ...missing, ...part } : part;
}

function isPlain(value: unknown): value is Plain {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
