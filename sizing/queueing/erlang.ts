/** Many servers, one queue: Erlang B (calls lost), Erlang C (calls that wait) and square-root staffing (Halfin and Whitt 1981). Load `a` in erlangs: arrivals x service time. */
import { normalCdf } from '../../results/statistics/distributions.ts';

/** Share that finds all servers busy and is lost. B(0) = 1, B(k) = a B(k-1) / (k + a B(k-1)). */
export function erlangB({ loadErlangs, servers }: { loadErlangs: number; servers: number }): number {
  assertLoad(loadErlangs, servers);
  let blocked = 1;
  for (let k = 1; k <= servers; k++) blocked = (loadErlangs * blocked) / (k + loadErlangs * blocked);
  return blocked;
}

/** Share that must wait: B / (1 - rho (1 - B)). 1 when the load is not below the servers. */
export function erlangC({ loadErlangs, servers }: { loadErlangs: number; servers: number }): number {
  const utilization = loadErlangs / servers;
  const blocked = erlangB({ loadErlangs, servers });
  return utilization >= 1 ? 1 : blocked / (1 - utilization * (1 - blocked));
}

/** Share that is served within `withinSeconds` of its arrival: 1 - C exp(-(c - a) t / S). */
export function serviceLevel({ loadErlangs, servers, serviceSeconds, withinSeconds }: { loadErlangs: number; servers: number; serviceSeconds: number; withinSeconds: number }): number {
  const waiting = erlangC({ loadErlangs, servers });
  return loadErlangs >= servers ? 0 : 1 - waiting * Math.exp((-(servers - loadErlangs) * withinSeconds) / serviceSeconds);
}

/** The fewest servers with the service level. Throws RangeError for a level outside 0 to 1 (1 excluded). */
export function serversForServiceLevel({ level, ...queue }: { level: number; loadErlangs: number; serviceSeconds: number; withinSeconds: number }): number {
  if (!(level >= 0 && level < 1)) throw new RangeError(`a service level lies in 0 to 1, not at ${level}`);
  let servers = Math.max(1, Math.floor(queue.loadErlangs) + 1);
  while (serviceLevel({ ...queue, servers }) < level) servers++;
  return servers;
}

/** c = a + beta sqrt(a), up. */
export function squareRootStaffing({ loadErlangs, beta }: { loadErlangs: number; beta: number }): number {
  return Math.ceil(loadErlangs + beta * Math.sqrt(loadErlangs) - 1e-9);
}

/** P(wait) of square-root staffing in the limit of many servers: 1 / (1 + beta Phi(beta) / phi(beta)). */
export function squareRootWaitProbability(beta: number): number {
  const density = Math.exp(-(beta ** 2) / 2) / Math.sqrt(2 * Math.PI);
  return 1 / (1 + (beta * normalCdf(beta)) / density);
}

function assertLoad(loadErlangs: number, servers: number): void {
  if (!(loadErlangs >= 0) || !Number.isInteger(servers) || servers < 1) throw new RangeError(`a load of 0 or more and 1 server or more are needed, not ${loadErlangs} and ${servers}`);
}
