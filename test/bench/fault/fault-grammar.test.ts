/** Faults as people write them, and what is said when they are written wrong. */
import { describe, expect, it } from 'vitest';
import { parseFault } from '../../../bench/fault/fault-grammar.ts';

describe('a fault', () => {
  it.each([
    ['kill@5', { kind: 'kill', atSeconds: 5, forSeconds: 5, broker: 'leader' }],
    ['kill@5s+2s:controller', { kind: 'kill', atSeconds: 5, forSeconds: 2, broker: 'controller' }],
    ['restart@5:3', { kind: 'restart', atSeconds: 5, forSeconds: 0, broker: 3 }],
    ['pause@1.5+200ms:all', { kind: 'pause', atSeconds: 1.5, forSeconds: 0.2, broker: 'all' }],
    ['slow-disk=20ms@5+10:follower', { kind: 'slowDisk', atSeconds: 5, forSeconds: 10, broker: 'follower', delayMs: 20 }],
    ['slow-link=5ms@5+10:2-3', { kind: 'slowLink', atSeconds: 5, forSeconds: 10, between: [2, 3], delayMs: 5, bytesPerSecond: null }],
    ['slow-link=0ms,10MB/s@5:clients-leader', { kind: 'slowLink', atSeconds: 5, forSeconds: 5, between: ['leader', 'clients'], delayMs: 0, bytesPerSecond: 1e7 }],
    ['cut-link@5+3:2', { kind: 'cutLink', atSeconds: 5, forSeconds: 3, between: [2, 'everybody'] }],
    ['scale=4@10:realtime', { kind: 'scaleGroup', atSeconds: 10, forSeconds: null, group: 'realtime', memberCount: 4 }],
    ['scale=0@5+10:my.group-1', { kind: 'scaleGroup', atSeconds: 5, forSeconds: 10, group: 'my.group-1', memberCount: 0 }],
    ['crash@10+5:g', { kind: 'crashMember', atSeconds: 10, forSeconds: 5, group: 'g' }],
    ['stuck@10+20:g', { kind: 'stuckMember', atSeconds: 10, forSeconds: 20, group: 'g' }],
    ['slow-member=1.5ms@10+5:g', { kind: 'slowMember', atSeconds: 10, forSeconds: 5, group: 'g', serviceTimeUs: 1500 }],
    ['cut-link@2m:leader-follower', { kind: 'cutLink', atSeconds: 120, forSeconds: 5, between: ['leader', 'follower'] }],
  ])('%s', (text, fault) => {
    expect(parseFault(text)).toEqual(fault);
  });

  it.each([
    ['kill', /kind@second\+time:where, as kill@5\+5:leader/],
    ['burn@5', /there is no fault burn; there are kill, restart/],
    ['kill@soon', /soon is no time/],
    ['kill=3@5', /this fault has no amount/],
    ['kill@5:somebody', /somebody is no broker: write leader/],
    ['slow-disk@5', /how much\? Write slow-disk=20ms/],
    ['slow-disk=much@5', /much is no time/],
    ['slow-link=5ms@5', /a link needs two ends/],
    ['slow-link=5ms,fast@5:1-2', /fast is no rate/],
    ['cut-link@5:clients-everybody', /one end of a link is a broker/],
    ['cut-link@5:2-2', /one end of a link is a broker/],
    ['cut-link@5:1-2-3', /two ends/],
    ['scale=many@5:g', /many is no number of members/],
    ['stuck@5', /whose members\? Name the group/],
  ])('%s is refused with the reason', (text, reason) => {
    expect(() => parseFault(text)).toThrow(reason);
  });
});
