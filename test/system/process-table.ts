/** The processes of this machine as proc(5) shows them; ended ones that their parent has not yet taken notice of do not count. */
import { readdirSync, readFileSync } from 'node:fs';

export interface ListedProcess {
  readonly pid: number;
  readonly parentPid: number;
  /** Arguments, joined by blanks. */
  readonly commandLine: string;
}

export function listProcesses(): ListedProcess[] {
  return readdirSync('/proc').flatMap((name) => {
    if (!/^\d+$/.test(name)) return [];
    try {
      // The command's name, in brackets, may hold blanks and brackets.
      const [state, parentPid] = readFileSync(`/proc/${name}/stat`, 'utf8').replace(/^.*\) /s, '').split(' ');
      const commandLine = readFileSync(`/proc/${name}/cmdline`, 'utf8').replaceAll('\0', ' ');
      return state === 'Z' ? [] : [{ pid: Number(name), parentPid: Number(parentPid), commandLine }];
    } catch {
      return []; // It ended meanwhile.
    }
  });
}

/** Broker processes whose data are below the directory, whoever is their parent now. */
export function brokerProcessesOf(dataDirectory: string): ListedProcess[] {
  return listProcesses().filter(({ commandLine }) => commandLine.includes('broker-process') && commandLine.includes(dataDirectory));
}
