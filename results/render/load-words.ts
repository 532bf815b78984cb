/** A run's load in words: its rate, or how the rate changes over the measured window. */
import type { LoadShape, RateShapeRecord } from '../run.ts';
import { counted, durationText, rateText, significant } from './number-text.ts';

export function loadWords(load: LoadShape): string {
  switch (load.kind) {
    case 'closed':
      return 'closed loop, as fast as the target takes';
    case 'open':
      return `${rateText(load.ratePerSecond)} records/s, ${load.arrivals} arrivals`;
    case 'shaped':
      return `${shapeWords(load.shape)} (mean ${rateText(load.meanPerSecond)} records/s, seconds from ${rateText(load.lowestPerSecond)} to ${rateText(load.highestPerSecond)}), ${load.arrivals} arrivals`;
  }
}

function shapeWords(shape: RateShapeRecord): string {
  switch (shape.kind) {
    case 'steps': {
      const timed = shape.steps.every(({ seconds }) => seconds !== undefined);
      const steps = shape.steps.map(({ ratePerSecond, seconds }) => `${rateText(ratePerSecond)}${seconds === undefined ? '' : ` for ${durationText(seconds)}`}`).join(', ');
      return `${counted(shape.steps.length, 'step')}: ${steps} records/s${timed ? ', the last one held' : ', as long as each other'}`;
    }
    case 'ramp':
      return `ramp from ${rateText(shape.fromPerSecond)} to ${rateText(shape.toPerSecond)} records/s${shape.overSeconds === undefined ? '' : ` in ${durationText(shape.overSeconds)}, then held`}`;
    case 'bursts':
      return `${rateText(shape.basePerSecond)} records/s with bursts of ${rateText(shape.burstPerSecond)} for ${durationText(shape.burstSeconds)} of every ${durationText(shape.everySeconds)}`;
    case 'day':
      return `a day in the measured window: ${rateText(shape.troughPerSecond)} records/s at 04:00, ${rateText(shape.peakPerSecond)} at 16:00`;
    case 'hours':
      return `a day in the measured window: ${rateText(shape.ratePerSecond)} records/s times ${counted(shape.factors.length, 'factor')} from 00:00 on (${significant(Math.min(...shape.factors))} to ${significant(Math.max(...shape.factors))})`;
    case 'trace':
      return `trace ${shape.path}, ${counted(shape.points, 'point')} over ${durationText(shape.seconds)}, ${shape.repeats ? 'repeated' : 'once'}`;
  }
}
