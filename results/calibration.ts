/** Calibrations held against each other: how much slower a machine does the same work at another moment, and whether that is more than noise. Pure. */
import type { Calibration } from './host-record.ts';

export type ProbeName = 'cpuLoopUs' | 'memoryCopyUs' | 'crc32Us' | 'fileSyncUs' | 'loopbackUs';

export interface CalibrationProbe {
  readonly name: ProbeName;
  readonly label: string;
  /** Ratios beyond 1 + this, either way, are a machine that changed. */
  readonly driftMax: number;
}

/**
 * Limits: 150 calibrations of a two-core virtual machine that did nothing else, every 0.5 s, compared with those 1, 5, 20 and 60 places later
 * (514 pairs). Each limit lies above the largest change seen (CPU loop 6.6 %, memory copy 58 %, CRC-32 62 %, loopback 65 %), so that a run of its
 * own gives no warning. The disk was shared: 82 % in one pair of twenty, a factor of 70 in one of a hundred, which is a disk that was busy then.
 */
export const CALIBRATION_PROBES: readonly CalibrationProbe[] = [
  { name: 'cpuLoopUs', label: 'CPU loop', driftMax: 0.1 },
  { name: 'memoryCopyUs', label: 'memory copy', driftMax: 0.75 },
  { name: 'crc32Us', label: 'CRC-32', driftMax: 0.75 },
  { name: 'fileSyncUs', label: 'file write and fsync', driftMax: 9 },
  { name: 'loopbackUs', label: 'loopback round trip', driftMax: 1 },
];

export interface CalibrationChange extends CalibrationProbe {
  readonly fromUs: number;
  readonly toUs: number;
  /** toUs / fromUs: above 1 is slower. */
  readonly ratio: number;
  readonly isDrift: boolean;
}

/** Of the probes that both know; empty where the work was not the same. */
export function calibrationChanges(from: Calibration | null | undefined, to: Calibration | null | undefined): CalibrationChange[] {
  if (from === null || to === null || from === undefined || to === undefined || from.workVersion !== to.workVersion) return [];
  return CALIBRATION_PROBES.flatMap((probe): CalibrationChange[] => {
    const [fromUs, toUs] = [from[probe.name], to[probe.name]];
    if (fromUs === null || toUs === null || fromUs <= 0 || toUs <= 0) return [];
    const ratio = toUs / fromUs;
    return [{ ...probe, fromUs, toUs, ratio, isDrift: Math.max(ratio, 1 / ratio) > 1 + probe.driftMax }];
  });
}

/** `CPU loop 23 % slower`, `loopback round trip 2.3 times faster`. */
export function changeWords({ label, ratio }: Pick<CalibrationChange, 'label' | 'ratio'>): string {
  const factor = Math.max(ratio, 1 / ratio);
  const amount = factor >= 2 ? `${factor.toFixed(1)} times` : `${Math.round((factor - 1) * 100)} %`;
  return `${label} ${amount} ${ratio > 1 ? 'slower' : 'faster'}`;
}
