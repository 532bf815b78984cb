/** What a run tells while it goes on. */

export type RunPhase = 'calibrating' | 'starting' | 'creatingTopic' | 'joining' | 'warmingUp' | 'measuring' | 'draining' | 'verifying' | 'closing';

export type RunProgress =
  | { readonly kind: 'phase'; readonly phase: RunPhase; readonly detail: string }
  /** Twice a second or so under load; rates are of the last interval. */
  | {
      readonly kind: 'load';
      readonly phase: RunPhase;
      readonly elapsedSeconds: number;
      readonly totalSeconds: number;
      readonly sentPerSecond: number;
      readonly acknowledgedPerSecond: number;
      /** Of the last whole second, from the intended send time; undefined before there is one. */
      readonly publishP99Us: number | undefined;
      readonly failedRecords: number;
      readonly lagRecordsByGroup: Readonly<Record<string, number>>;
    }
  /** Something happened that the operator should see now: a fault, a line of a broker. */
  | { readonly kind: 'event'; readonly sentence: string };

export type OnProgress = (progress: RunProgress) => void;
