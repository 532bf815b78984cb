/** Puts the real world together: memory-mapped files when the native addon is there, portable ones otherwise. */
import type { Environment } from '../environment.ts';
import { native } from '../native/native.ts';
import { createHostClock } from './host-clock.ts';
import { createHostRandom } from './host-random.ts';
import { createMappedFiles } from './mapped-files.ts';
import { createPortableFiles } from './portable-files.ts';
import { createTcpNetwork } from './tcp-network.ts';

/** `log` takes one line for the operator; without it the lines are dropped. */
export function createHostEnvironment(options: { log?: (line: string) => void } = {}): Environment {
  return {
    clock: createHostClock(),
    random: createHostRandom(),
    network: createTcpNetwork(),
    files: native === undefined ? createPortableFiles() : createMappedFiles(native),
    log: options.log ?? (() => {}),
  };
}
