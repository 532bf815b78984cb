/** Bootstrap addresses as people write them. */
import type { Endpoint } from '../../engine/environment.ts';
import { ExperimentError } from '../experiment-error.ts';

/** `host:port,host:port`; an IPv6 address stands in brackets. */
export function parseBootstrap(list: string): Endpoint[] {
  return list.split(',').map((entry) => {
    const match = /^(?:\[([^\]]+)\]|([^:\s]+)):(\d{1,5})$/.exec(entry.trim());
    const port = Number(match?.[3]);
    const host = match?.[1] ?? match?.[2];
    if (host === undefined || !(port >= 1 && port <= 65_535)) {
      throw new ExperimentError('usage', `--bootstrap "${entry}" is not host:port (for example localhost:9092)`);
    }
    return { host, port };
  });
}
