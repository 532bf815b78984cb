/**
 * The machine that a run was made on: what does not change from run to run, the state that does, and how fast it was at fixed work. Every
 * probe may fail: null is "not known", where the field does not say otherwise.
 */

export interface HostRecord {
  readonly cpuModel: string;
  /** Processors that this process may use. */
  readonly coreCount: number;
  readonly memoryBytes: number;
  readonly kernel: string;
  readonly nodeVersion: string;
  /** Of the data directory: `ext4`, `tmpfs`...; null when unknown or on another machine. */
  readonly filesystem: string | null;
  readonly cpuGovernor: string | null;
  /** Null: no limit. */
  readonly cgroupCpuCores: number | null;
  readonly cgroupMemoryBytes: number | null;
  readonly socketCount: number | null;
  readonly physicalCoreCount: number | null;
  readonly threadCount: number | null;
  /** Two threads share a physical core. */
  readonly isSmtActive: boolean | null;
  readonly isTurboEnabled: boolean | null;
  /** `none`, `kvm`, `xen`, or `unknown` where the processor says that there is a hypervisor and nothing says which. */
  readonly hypervisor: string | null;
  /** `none`, `docker`, `podman`, `kubernetes`... */
  readonly container: string | null;
  readonly clockSource: string | null;
  /** `glibc 2.41`. */
  readonly cLibrary: string | null;
  readonly cgroupVersion: 1 | 2 | null;
  readonly swapBytes: number | null;
  /** `always`, `madvise` or `never`. */
  readonly transparentHugePages: string | null;
  readonly hugePageCount: number | null;
  /** Of the data directory; null when it is on another machine. */
  readonly disk: DiskRecord | null;
  /** Versions of the libraries that compress, check and run: `v8`, `zstd`, `snappy`... */
  readonly libraries: Readonly<Record<string, string>>;
}

export interface DiskRecord {
  readonly mountPoint: string;
  readonly mountOptions: string;
  /** `/dev/nvme0n1p2`, `tmpfs`. */
  readonly device: string;
  readonly scheduler: string | null;
  readonly isRotational: boolean | null;
  readonly sizeBytes: number | null;
}

/** Just before the brokers were started, or just after they were stopped. Counters count from the start of the machine or the cgroup. */
export interface MachineState {
  /** Of 1, 5 and 15 minutes; the run's own work counts in it as well. */
  readonly loadAverages: readonly [number, number, number] | null;
  /** Used by processes with no part in the run, while this was measured. */
  readonly otherCpuCores: number | null;
  /** The largest of them, at most three. */
  readonly busiestProcesses: readonly { readonly name: string; readonly cpuCores: number }[];
  readonly cpuMhzMean: number | null;
  readonly memoryAvailableBytes: number | null;
  readonly swapUsedBytes: number | null;
  /** Pages brought in from swap and written to it. */
  readonly swappedPages: number | null;
  readonly diskFreeBytes: number | null;
  readonly cgroup: CgroupCounters | null;
}

export interface CgroupCounters {
  readonly cpuPeriods: number | null;
  /** Periods at whose end processes stood still because their quota was used up. */
  readonly cpuThrottledPeriods: number | null;
  readonly cpuThrottledUs: number | null;
  readonly memoryUsedBytes: number | null;
  /** Times that the memory limit was met and pages had to go. */
  readonly memoryLimitHits: number | null;
}

/** The same work each time; the best of several rounds, microseconds, so lower is faster. Null: the probe failed or does not apply. */
export interface Calibration {
  /** Raised when the work changes: only equal ones compare. */
  readonly workVersion: number;
  readonly elapsedMs: number;
  readonly cpuLoopUs: number | null;
  readonly memoryCopyUs: number | null;
  readonly crc32Us: number | null;
  /** Write of a small file and fsync, on the disk of the data directory. */
  readonly fileSyncUs: number | null;
  /** A message there and back over a TCP connection. */
  readonly loopbackUs: number | null;
}

/** A moment before or after a run. */
export interface MachineReading {
  readonly state: MachineState;
  readonly calibration: Calibration | null;
}

/** Null: the run ended before, or is older than this record. */
export interface MachineReadings {
  readonly before: MachineReading | null;
  readonly after: MachineReading | null;
}
