/**
 * The transactions of one partition that read_committed readers must not pass: those without a marker, and those whose
 * marker is not replicated yet (it may be truncated, and then they are open again).
 */

export interface CompletedTransaction {
  readonly producerId: number;
  readonly firstOffset: number;
  /** Of the marker. */
  readonly lastOffset: number;
  readonly isAborted: boolean;
  /** Where the oldest of the other open transactions begins, behind the marker when there is none. */
  readonly lastStableOffset: number;
}

export class OpenTransactions {
  /** First offset by producer id. */
  private readonly ongoing = new Map<number, number>();
  /** In the order of their markers. */
  private unreplicated: CompletedTransaction[] = [];

  begin(producerId: number, firstOffset: number): void {
    this.ongoing.set(producerId, firstOffset);
  }

  /** Undefined when the producer has no open transaction: a marker of an empty one. */
  complete(producerId: number, marker: { lastOffset: number; isAborted: boolean }): CompletedTransaction | undefined {
    const firstOffset = this.ongoing.get(producerId);
    if (firstOffset === undefined) return undefined;
    this.ongoing.delete(producerId);
    const lastStableOffset = this.firstOngoingOffset() ?? marker.lastOffset + 1;
    const completed = { producerId, firstOffset, ...marker, lastStableOffset };
    this.unreplicated.push(completed);
    return completed;
  }

  /** Undefined: nothing is unstable. */
  firstUnstableOffset(highWatermark: number): number | undefined {
    if (this.ongoing.size === 0 && this.unreplicated.length === 0) return undefined;
    if (this.unreplicated.some(({ lastOffset }) => lastOffset < highWatermark)) {
      this.unreplicated = this.unreplicated.filter(({ lastOffset }) => lastOffset >= highWatermark);
    }
    let first = this.firstOngoingOffset();
    for (const { firstOffset } of this.unreplicated) if (first === undefined || firstOffset < first) first = firstOffset;
    return first;
  }

  clear(): void {
    this.ongoing.clear();
    this.unreplicated = [];
  }

  private firstOngoingOffset(): number | undefined {
    let first: number | undefined;
    for (const offset of this.ongoing.values()) if (first === undefined || offset < first) first = offset;
    return first;
  }
}
