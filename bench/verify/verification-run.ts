/** Reads every partition back, independently of the load's consumers, and feeds the verifier. */
import { Admin } from '../../engine/client/admin.ts';
import { ClusterClient } from '../../engine/client/cluster-client.ts';
import { PartitionReader } from '../../engine/client/partition-reader.ts';
import type { ClientSecurity } from '../../engine/client/security/client-security.ts';
import type { Endpoint, Environment } from '../../engine/environment.ts';
import type { EventCheckOptions } from './event-checks.ts';
import type { LedgerColumns } from './ledger.ts';
import type { RecordLedgerColumns } from './record-ledger.ts';
import type { VerificationReport } from './verification-report.ts';
import { DeliveryVerifier } from './verifier.ts';

export interface VerificationInput {
  readonly bootstrap: readonly Endpoint[];
  readonly security: ClientSecurity | undefined;
  readonly topic: string;
  /** By partition: the end of the log before the run; reading starts there. */
  readonly startOffsets: readonly number[];
  readonly ledgers: readonly LedgerColumns[];
  readonly recordLedgers?: readonly RecordLedgerColumns[];
  readonly events: EventCheckOptions | undefined;
}

export type VerificationMessage =
  | { readonly kind: 'report'; readonly report: VerificationReport; readonly elapsedMs: number }
  | { readonly kind: 'failed'; readonly message: string };

export async function verifyDelivery(environment: Environment, input: VerificationInput): Promise<VerificationReport> {
  const client = new ClusterClient(environment, { bootstrap: [...input.bootstrap], security: input.security, clientId: 'headroom-verify' });
  try {
    const admin = new Admin(client);
    const verifier = new DeliveryVerifier(input);
    const partitions = input.startOffsets.map((_, partition) => partition);
    const [starts, ends] = await Promise.all([
      admin.listOffsets(input.topic, partitions, 'earliest'),
      admin.listOffsets(input.topic, partitions, 'latest'),
    ]);
    for (const partition of partitions) {
      const logStartOffset = starts[partition] as number;
      const from = Math.max(input.startOffsets[partition] as number, logStartOffset);
      verifier.beginPartition(partition, from);
      const reader = new PartitionReader(client, { topic: input.topic, partition, fromOffset: from, toOffset: ends[partition] as number });
      for await (const batches of reader.batches()) verifier.acceptBatches(batches);
      verifier.finishPartition(logStartOffset);
    }
    return verifier.finish();
  } finally {
    await client.close();
  }
}
