/** The study of predictions for a terminal and for a file: one row a configuration, then how many targets were met. Pure. */
import { createPage, heading, sentence, table } from '../render/page.ts';
import { percentText, rateText, significant } from '../render/number-text.ts';
import { COVERAGE_TARGET, isCovered, LATENCY_TARGET, RATE_TARGET, residual, summaryOf, type PredictionOutcome, type SizingStudyResult } from './sizing-study.ts';

export function sizingStudyText(result: SizingStudyResult, options: { width: number; isColored: boolean }): string {
  const page = createPage(options);
  const { rows, calibration, loadShare, host } = result;
  const columns = [{ head: '', align: 'left', isFlexible: true }, { head: 'predicted', align: 'right' }, { head: '90 % interval', align: 'right' }, { head: 'measured', align: 'right' }, { head: 'off by', align: 'right' }, { head: 'inside', align: 'left' }] as const;
  const lines = (of: 'maximumPerSecond' | 'p99Seconds', text: (value: number) => string): string[] => table(page, columns, rows.map(({ name, [of]: outcome }) => cells(name, outcome, text)));
  return `${[
    ...heading(page, 'Predictions against measurements', `${host.coreCount} x ${host.cpuModel}`),
    ...sentence(page, `Fitted to ${calibration.runIds.length} calibration runs; of them, configurations that were left out were off by ${percentText(calibration.rateError)} in rate${calibration.latencyError === null ? '' : ` and ${percentText(calibration.latencyError)} in p99`} (root mean square of the logarithm). None of the runs below was fitted to.`),
    '',
    ...heading(page, 'Highest throughput', 'records/s, closed loop'),
    ...lines('maximumPerSecond', rateText),
    ...verdict('maximumPerSecond', RATE_TARGET),
    '',
    ...heading(page, `Publish p99 at ${percentText(loadShare)} of the measured throughput`, 'ms'),
    ...lines('p99Seconds', (seconds) => significant(seconds * 1000)),
    ...verdict('p99Seconds', LATENCY_TARGET),
    ...(result.endedEarly === null ? [] : ['', ...sentence(page, result.endedEarly)]),
  ].join('\n')}\n`;

  function verdict(of: 'maximumPerSecond' | 'p99Seconds', target: number): string[] {
    const summary = summaryOf(rows, of, target);
    if (summary === null) return sentence(page, 'Nothing was measured.');
    const { count, withinTarget, covered, medianError, worst } = summary;
    const share = covered / count;
    return sentence(page, `${withinTarget} of ${count} within ${percentText(target)}, median ${percentText(medianError)}, worst ${worst}; ${covered} of ${count} inside their interval (${percentText(share)}, the target is ${percentText(COVERAGE_TARGET)}: ${share >= COVERAGE_TARGET ? 'met' : 'missed'}).`);
  }
}

function cells(name: string, outcome: PredictionOutcome | null, text: (value: number) => string): string[] {
  if (outcome === null) return [name, '-', '-', '-', '-', 'not measured'];
  const off = residual(outcome);
  return [name, text(outcome.predicted), `${text(outcome.low)} - ${text(outcome.high)}`, text(outcome.measured), `${off < 0 ? '-' : '+'}${percentText(Math.abs(off))}`, isCovered(outcome) ? 'yes' : 'no'];
}
