/**
 * Faults as people write them, on the command line and in experiment files: `kind[=amount]@at[+for][:where]`. `at` counts from the beginning of
 * the measured window; times are seconds, or carry a unit (`200ms`, `1.5s`, `2m`).
 *
 *     kill@5+5:leader          pause@5+200ms:all       restart@5+1s:controller      slow-disk=20ms@5+10:follower
 *     slow-link=5ms@5+10:2-3   slow-link=0ms,10MB/s@5+10:clients-2   cut-link@5+3:2-3   cut-link@5+3:2   (2 from everybody)
 *     scale=4@10:realtime      scale=0@5+10:realtime   crash@10+5:realtime   stuck@10+20:realtime   slow-member=1ms@10+5:realtime
 */
import type { BrokerChoice, FaultConfiguration, LinkEnd } from '../../results/fault/fault-record.ts';
import { parseQuantity, UnitError } from '../../sizing/units.ts';

interface Parts {
  readonly text: string;
  readonly amount: string | undefined;
  readonly atSeconds: number;
  /** Undefined: not given. */
  readonly forSeconds: number | undefined;
  readonly where: string | undefined;
}

const SHAPE = /^([a-z-]+)(?:=([^@]+))?@([^+:]+)(?:\+([^:]+))?(?::(.+))?$/;
const FOR_SECONDS = 5;
const PAUSE_SECONDS = 1;

/** Each throws RangeError with what would be understood. */
const KINDS: Readonly<Record<string, (parts: Parts) => FaultConfiguration>> = {
  kill: (parts) => ({ kind: 'kill', ...ofBroker(without(parts), FOR_SECONDS) }),
  restart: (parts) => ({ kind: 'restart', ...ofBroker(without(parts), 0) }),
  pause: (parts) => ({ kind: 'pause', ...ofBroker(without(parts), PAUSE_SECONDS) }),
  'slow-disk': (parts) => ({ kind: 'slowDisk', ...ofBroker(parts, FOR_SECONDS), delayMs: timeIn(parts, amountOf(parts, 'slow-disk=20ms')) * 1000 }),
  'slow-link': (parts) => {
    const [delay = '', rate, ...rest] = amountOf(parts, 'slow-link=5ms or slow-link=5ms,10MB/s').split(',');
    if (rest.length > 0) throw new RangeError(`"${parts.text}": a link has one delay and one rate, as slow-link=5ms,10MB/s`);
    return { kind: 'slowLink', ...ofLink(parts), delayMs: timeIn(parts, delay) * 1000, bytesPerSecond: rate === undefined ? null : rateIn(parts, rate) };
  },
  'cut-link': (parts) => ({ kind: 'cutLink', ...ofLink(without(parts)) }),
  scale: (parts) => {
    const text = amountOf(parts, 'scale=4');
    if (!/^\d+$/.test(text)) throw new RangeError(`"${parts.text}": ${text} is no number of members`);
    return { kind: 'scaleGroup', ...ofGroup(parts), memberCount: Number(text) };
  },
  crash: (parts) => ({ kind: 'crashMember', ...ofGroup(without(parts)) }),
  stuck: (parts) => ({ kind: 'stuckMember', ...ofGroup(without(parts)) }),
  'slow-member': (parts) => ({ kind: 'slowMember', ...ofGroup(parts), serviceTimeUs: timeIn(parts, amountOf(parts, 'slow-member=1ms')) * 1e6 }),
};

export const FAULT_EXAMPLE = 'kill@5+5:leader';

/** Throws RangeError with the text, the reason and an example. */
export function parseFault(text: string): FaultConfiguration {
  const match = SHAPE.exec(text.trim());
  if (match === null) throw new RangeError(`"${text}" is no fault: write kind@second+time:where, as ${FAULT_EXAMPLE}`);
  const [, word = '', amount, at = '', length, where] = match;
  const read = KINDS[word];
  if (read === undefined) throw new RangeError(`"${text}": there is no fault ${word}; there are ${Object.keys(KINDS).join(', ')}`);
  const bare = { text, amount, where };
  return read({ ...bare, atSeconds: timeIn(bare, at), forSeconds: length === undefined ? undefined : timeIn(bare, length) });
}

function ofBroker({ text, atSeconds, forSeconds, where = 'leader' }: Parts, standardSeconds: number): { atSeconds: number; forSeconds: number; broker: BrokerChoice } {
  const broker = choiceOf(where) ?? (where === 'all' ? where : undefined);
  if (broker === undefined) throw new RangeError(`"${text}": ${where} is no broker: write leader, follower, controller, all or an id`);
  return { atSeconds, forSeconds: forSeconds ?? standardSeconds, broker };
}

function ofLink({ text, atSeconds, forSeconds = FOR_SECONDS, where = '' }: Parts): { atSeconds: number; forSeconds: number; between: [LinkEnd, LinkEnd] } {
  const [from = '', to = 'everybody', ...rest] = where.split('-');
  const ends = [from, to].map((end): LinkEnd | undefined => choiceOf(end) ?? (end === 'clients' || end === 'everybody' ? end : undefined));
  const [one, other] = ends;
  if (rest.length > 0 || one === undefined || other === undefined) {
    throw new RangeError(`"${text}": ${where === '' ? 'a link' : where} needs two ends, as :2-3, :leader-follower or :clients-leader, or one that is cut off from everybody, as :2`);
  }
  if (one === other || ![one, other].some((end) => end !== 'clients' && end !== 'everybody')) throw new RangeError(`"${text}": one end of a link is a broker, the other somebody else`);
  return { atSeconds, forSeconds, between: one === 'clients' || one === 'everybody' ? [other, one] : [one, other] };
}

function ofGroup({ text, atSeconds, forSeconds, where }: Parts): { atSeconds: number; forSeconds: number | null; group: string } {
  if (where === undefined) throw new RangeError(`"${text}": whose members? Name the group, as :realtime`);
  return { atSeconds, forSeconds: forSeconds ?? null, group: where };
}

function choiceOf(word: string): Exclude<BrokerChoice, 'all'> | undefined {
  if (word === 'leader' || word === 'follower' || word === 'controller') return word;
  return /^\d+$/.test(word) ? Number(word) : undefined;
}

function without(parts: Parts): Parts {
  if (parts.amount !== undefined) throw new RangeError(`"${parts.text}": this fault has no amount: leave out =${parts.amount}`);
  return parts;
}

function amountOf({ text, amount }: Parts, example: string): string {
  if (amount === undefined) throw new RangeError(`"${text}": how much? Write ${example}`);
  return amount;
}

/** Seconds. */
function timeIn({ text }: { text: string }, time: string): number {
  const match = /^(\d+(?:\.\d+)?)(us|ms|s|m)?$/.exec(time.trim());
  if (match === null) throw new RangeError(`"${text}": ${time} is no time: write 5, 5s or 200ms`);
  return Number(match[1]) * { us: 1e-6, ms: 1e-3, s: 1, m: 60 }[(match[2] ?? 's') as 'us' | 'ms' | 's' | 'm'];
}

function rateIn({ text }: { text: string }, rate: string): number {
  try {
    return parseQuantity(rate, 'bytes/s');
  } catch (error) {
    if (error instanceof UnitError) throw new RangeError(`"${text}": ${rate} is no rate: write 10MB/s`);
    throw error;
  }
}
