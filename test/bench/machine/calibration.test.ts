import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { calibrate } from '../../../bench/machine/calibration.ts';
import { readMachine } from '../../../bench/machine/machine-reading.ts';
import { machineReadingsSchema } from '../../../results/host-schema.ts';

let directory: string;

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'headroom-calibration-'));
});

afterEach(() => {
  rmSync(directory, { recursive: true });
});

describe('a calibration', () => {
  it('times every probe, and leaves no file behind', async () => {
    const answer = await calibrate({ directory });
    const { cpuLoopUs, memoryCopyUs, crc32Us, fileSyncUs, loopbackUs } = answer?.calibration ?? {};
    for (const us of [cpuLoopUs, memoryCopyUs, crc32Us, fileSyncUs, loopbackUs]) expect(us).toBeGreaterThan(0);
    expect(readdirSync(directory)).toEqual([]);
  });

  it('leaves the disk out where the data are elsewhere, or the folder cannot be written', async () => {
    for (const nowhere of [null, join(directory, 'missing')]) {
      const answer = await calibrate({ directory: nowhere });
      expect(answer?.calibration).toMatchObject({ fileSyncUs: null, cpuLoopUs: expect.any(Number) as number });
    }
  });

  it('is part of a reading of the machine that a run can store', async () => {
    const reading = await readMachine(directory);
    expect(machineReadingsSchema.safeParse(JSON.parse(JSON.stringify({ before: reading, after: null })))).toMatchObject({ success: true });
    expect(reading.calibration).not.toBeNull();
    expect(reading.state.diskFreeBytes).toBeGreaterThan(0);
  });
});
