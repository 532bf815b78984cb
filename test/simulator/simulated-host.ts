/**
 * One process of a simulation: its environment, and how it is killed (nothing of it runs again; its files stay), paused
 * (everything waits until it goes on, as after SIGSTOP) or given a disk that refuses every other write.
 */
import { StorageError, type Clock, type Environment, type Files, type SegmentFile } from '../../engine/environment.ts';
import type { MemoryFiles } from './memory-files.ts';
import type { MemoryNetwork } from './memory-network.ts';

const WRITES: ReadonlySet<string | symbol> = new Set(['createDirectory', 'replace', 'rename', 'openSegment']);

export class SimulatedHost {
  readonly name: string;
  readonly environment: Environment;
  isDead = false;
  private readonly network: MemoryNetwork;
  private isPaused = false;
  private isDiskFailing = false;
  private backlog: (() => void)[] = [];

  constructor(name: string, world: { network: MemoryNetwork; files: MemoryFiles; log: (line: string) => void }) {
    this.name = name;
    this.network = world.network;
    this.environment = {
      clock: this.createClock(),
      random: world.network.random,
      network: world.network.of(this),
      files: this.guard(world.files),
      log: (line) => {
        if (!this.isDead) world.log(`${name}: ${line}`);
      },
    };
  }

  /** Runs something that happens to this process: never when it is dead, later when it is paused. */
  run(event: () => void): void {
    if (this.isDead) return;
    if (this.isPaused) this.backlog.push(event);
    else event();
  }

  kill(): void {
    this.isDead = true;
    this.backlog = [];
    this.network.hostDied(this);
  }

  get hasFailingDisk(): boolean {
    return this.isDiskFailing;
  }

  /** For good: a process that comes after it has a new disk with the same files. */
  failDisk(): void {
    this.isDiskFailing = true;
  }

  pause(): void {
    this.isPaused = true;
  }

  resume(): void {
    this.isPaused = false;
    const backlog = this.backlog;
    this.backlog = [];
    for (const event of backlog) this.run(event);
  }

  private createClock(): Clock {
    const { clock } = this.network;
    return {
      nowMs: () => clock.nowMs(),
      monotonicMs: () => clock.monotonicMs(),
      setTimer: (delayMs, callback) => {
        let isCancelled = false;
        const timer = clock.setTimer(delayMs, () =>
          this.run(() => {
            if (!isCancelled) callback();
          }),
        );
        return {
          cancel: () => {
            isCancelled = true;
            timer.cancel();
          },
        };
      },
      defer: (callback) => clock.defer(() => this.run(callback)),
      giveWay: (callback) => clock.giveWay(() => this.run(callback)),
    };
  }

  /** A dead process does not write: whatever still runs of it fails. */
  private guard(files: MemoryFiles): Files {
    return new Proxy<Files>(files, {
      get: (target, name) => {
        const value: unknown = Reflect.get(target, name);
        if (typeof value !== 'function') return value;
        return (...parameters: unknown[]): unknown => {
          if (this.isDead) throw new StorageError(`${this.name} is dead`, { code: 'EIO', path: '' });
          if (WRITES.has(name)) this.meetDisk();
          const result: unknown = Reflect.apply(value, target, parameters);
          return name === 'openSegment' ? this.guardSegment(result as SegmentFile) : result;
        };
      },
    });
  }

  private guardSegment(segment: SegmentFile): SegmentFile {
    const { append, flush } = segment;
    segment.append = (bytes) => {
      this.meetDisk();
      return append.call(segment, bytes);
    };
    segment.flush = async () => {
      this.meetDisk();
      await flush.call(segment);
    };
    return segment;
  }

  private meetDisk(): void {
    if (!this.isDiskFailing || this.network.random.nextInt(2) === 0) return;
    throw new StorageError(`the disk of ${this.name} is full`, { code: 'ENOSPC', path: '', cause: new Error('ENOSPC') });
  }
}
