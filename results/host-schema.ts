/** Checks of host-record.ts. */
import { z } from 'zod';
import type { HostRecord, MachineReadings } from './host-record.ts';

const count = z.number().int().nonnegative();
const countOrNull = count.nullable();
const amount = z.number().nonnegative();
const amountOrNull = amount.nullable();
const textOrNull = z.string().nullable();
const flagOrNull = z.boolean().nullable();

export const hostSchema: z.ZodType<HostRecord> = z.object({
  cpuModel: z.string(),
  coreCount: count,
  memoryBytes: count,
  kernel: z.string(),
  nodeVersion: z.string(),
  filesystem: textOrNull,
  cpuGovernor: textOrNull,
  cgroupCpuCores: amountOrNull,
  cgroupMemoryBytes: amountOrNull,
  socketCount: countOrNull,
  physicalCoreCount: countOrNull,
  threadCount: countOrNull,
  isSmtActive: flagOrNull,
  isTurboEnabled: flagOrNull,
  hypervisor: textOrNull,
  container: textOrNull,
  clockSource: textOrNull,
  cLibrary: textOrNull,
  cgroupVersion: z.union([z.literal(1), z.literal(2)]).nullable(),
  swapBytes: countOrNull,
  transparentHugePages: textOrNull,
  hugePageCount: countOrNull,
  disk: z.object({ mountPoint: z.string(), mountOptions: z.string(), device: z.string(), scheduler: textOrNull, isRotational: flagOrNull, sizeBytes: countOrNull }).nullable(),
  libraries: z.record(z.string(), z.string()),
});

const reading = z
  .object({
    state: z.object({
      loadAverages: z.tuple([amount, amount, amount]).nullable(),
      otherCpuCores: amountOrNull,
      busiestProcesses: z.array(z.object({ name: z.string(), cpuCores: amount })),
      cpuMhzMean: amountOrNull,
      memoryAvailableBytes: countOrNull,
      swapUsedBytes: countOrNull,
      swappedPages: countOrNull,
      diskFreeBytes: countOrNull,
      cgroup: z
        .object({ cpuPeriods: countOrNull, cpuThrottledPeriods: countOrNull, cpuThrottledUs: amountOrNull, memoryUsedBytes: countOrNull, memoryLimitHits: countOrNull })
        .nullable(),
    }),
    calibration: z
      .object({
        workVersion: count,
        elapsedMs: amount,
        cpuLoopUs: amountOrNull,
        memoryCopyUs: amountOrNull,
        crc32Us: amountOrNull,
        fileSyncUs: amountOrNull,
        loopbackUs: amountOrNull,
      })
      .nullable(),
  })
  .nullable();

export const machineReadingsSchema: z.ZodType<MachineReadings> = z.object({ before: reading, after: reading });
