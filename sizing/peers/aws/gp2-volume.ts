/** F17, how fast a gp2 volume is: it grows with the size of the volume and ends at 250 MiB/s. */
import { GIB, MIB, type Peer } from '../peer.ts';

export const gp2Volume: Peer = {
  name: 'AWS gp2 volume',
  source: 'aws/agent-toolkit-for-aws d6ad2e44, manage-storage.md; Amazon EBS User Guide',
  knownFlaws: ['small volumes reach it with burst credits only'],
};

/** min(250, max(128, 0.75 x GiB)) MiB/s, as bytes/s. */
export function gp2BytesPerSecond(volumeBytes: number): number {
  return Math.min(250, Math.max(128, 0.75 * (volumeBytes / GIB))) * MIB;
}
