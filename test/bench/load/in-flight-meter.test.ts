import { describe, expect, it } from 'vitest';
import { InFlightMeter } from '../../../bench/load/in-flight-meter.ts';

function meter(): InFlightMeter {
  const inFlight = new InFlightMeter();
  inFlight.schedule({ startUs: 100, endUs: 200 });
  return inFlight;
}

describe('records in flight', () => {
  it('are averaged over the window only', () => {
    const inFlight = meter();
    inFlight.change(50, 4);
    inFlight.change(150, -2);
    inFlight.change(300, -2);
    expect(inFlight.finish(400)).toEqual({ recordUs: 4 * 50 + 2 * 50, startRecords: 4, endRecords: 2 });
  });

  it('give rate x latency when every record takes equally long', () => {
    const inFlight = new InFlightMeter();
    inFlight.schedule({ startUs: 1000, endUs: 9000 });
    // One every 10 us, answered after 70 us: an answer at the same moment as the next record.
    for (let us = 0; us < 10_000; us += 10) {
      inFlight.change(us, 1);
      if (us >= 70) inFlight.change(us, -1);
    }
    expect(inFlight.finish(10_000)).toMatchObject({ recordUs: 8000 * 7, startRecords: 7, endRecords: 7 });
  });

  it('end where the run was cut short', () => {
    const inFlight = meter();
    inFlight.change(120, 1);
    expect(inFlight.finish(150)).toMatchObject({ recordUs: 30, endRecords: 1 });
  });
});
