/** A comparison as a table: each pair of client and cluster, and what headroom makes of Kafka's figure within the rounds. */
import { countText, significant } from '../../results/render/number-text.ts';
import type { ClientName, ClusterName, ComparedRun, Comparison } from './kafka-comparison.ts';

interface Pair {
  readonly client: ClientName;
  readonly cluster: ClusterName;
}

/** Two-sided 95 % of Student's t by degrees of freedom, from 1 on. */
const T_95 = [12.71, 4.3, 3.18, 2.78, 2.57, 2.45, 2.36, 2.31, 2.26];

export function comparisonText({ kafkaVersion, runs }: Comparison): string {
  const pairs: Pair[] = (['ProducerPerformance', 'headroom'] as const).flatMap((client) => (['kafka', 'headroom'] as const).map((cluster) => ({ client, cluster })));
  const rows = pairs.map((pair) => {
    const own = runsOf(runs, pair);
    const rates = own.map(({ recordsPerSecond }) => recordsPerSecond);
    const cpu = significant(mean(own.map(({ brokerCpuSecondsPerMillion }) => brokerCpuSecondsPerMillion)));
    const range = `${countText(Math.min(...rates))} - ${countText(Math.max(...rates))}`;
    return `  ${`${pair.client} -> ${pair.cluster === 'kafka' ? `Kafka ${kafkaVersion}` : 'headroom'}`.padEnd(38)} ${countText(mean(rates)).padStart(10)}  ${range.padStart(23)}  ${cpu.padStart(8)}`;
  });
  const ratios = [
    ratioText('headroom (own client) / Kafka (own client)', runs, { client: 'headroom', cluster: 'headroom' }, { client: 'ProducerPerformance', cluster: 'kafka' }),
    ratioText('brokers alone, both driven by ProducerPerformance', runs, { client: 'ProducerPerformance', cluster: 'headroom' }, { client: 'ProducerPerformance', cluster: 'kafka' }),
    ratioText('brokers alone, both driven by headroom', runs, { client: 'headroom', cluster: 'headroom' }, { client: 'headroom', cluster: 'kafka' }),
  ];
  return `
  client -> cluster                       records/s               lowest - highest  broker CPU s per million
${rows.join('\n')}

  Ratio within a round, geometric mean and its 95 % interval:
${ratios.join('\n')}
`;
}

function ratioText(what: string, runs: readonly ComparedRun[], over: Pair, under: Pair): string {
  const [numerators, denominators] = [runsOf(runs, over), runsOf(runs, under)];
  const logs = numerators.map(({ recordsPerSecond }, at) => Math.log(recordsPerSecond / (denominators[at] as ComparedRun).recordsPerSecond));
  const centre = mean(logs);
  if (logs.length < 2) return `  ${what.padEnd(52)} ${significant(Math.exp(centre))} (one round: no interval)`;
  const variance = logs.reduce((sum, value) => sum + (value - centre) ** 2, 0) / (logs.length - 1);
  const half = (T_95[Math.min(logs.length - 2, T_95.length - 1)] as number) * Math.sqrt(variance / logs.length);
  return `  ${what.padEnd(52)} ${significant(Math.exp(centre))} (${significant(Math.exp(centre - half))} - ${significant(Math.exp(centre + half))})`;
}

function runsOf(runs: readonly ComparedRun[], { client, cluster }: Pair): ComparedRun[] {
  return runs.filter((run) => run.client === client && run.cluster === cluster);
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}
