import { describe, expect, it } from 'vitest';
import { calibrationChanges, CALIBRATION_PROBES, changeWords } from '../../results/calibration.ts';
import type { Calibration } from '../../results/host-record.ts';

const CALIBRATION: Calibration = { workVersion: 1, elapsedMs: 130, cpuLoopUs: 3000, memoryCopyUs: 10_000, crc32Us: 900, fileSyncUs: 700, loopbackUs: 23 };

describe('calibrations held against each other', () => {
  it.each(CALIBRATION_PROBES)('find a drift of $label beyond its limit, slower and faster alike', ({ name, driftMax }) => {
    const us = CALIBRATION[name] as number;
    const drifted = (factor: number): string[] => calibrationChanges(CALIBRATION, { ...CALIBRATION, [name]: us * factor }).filter(({ isDrift }) => isDrift).map((change) => change.name);
    expect([drifted(1 + driftMax * 0.9), drifted(1 + driftMax * 1.1), drifted(1 / (1 + driftMax * 1.1))]).toEqual([[], [name], [name]]);
  });

  it('say in words which way it went', () => {
    expect([1.234, 1 / 1.234, 3].map((ratio) => changeWords({ label: 'CPU loop', ratio }))).toEqual(['CPU loop 23 % slower', 'CPU loop 23 % faster', 'CPU loop 3.0 times slower']);
  });

  it('compare nothing that one of them lacks, and nothing of other work', () => {
    expect(calibrationChanges(CALIBRATION, { ...CALIBRATION, fileSyncUs: null }).map(({ name }) => name)).not.toContain('fileSyncUs');
    expect(calibrationChanges(CALIBRATION, { ...CALIBRATION, workVersion: 2 })).toEqual([]);
    expect(calibrationChanges(null, CALIBRATION)).toEqual([]);
  });
});
