/** The forms in which a plan can be handed on, by the names that `headroom size --export` takes. */
import { alertRulesFile } from './alert-rules.ts';
import { brokerFile } from './broker-properties.ts';
import { consumerFiles, producerFiles } from './client-properties.ts';
import type { ExportedFile, ExportRequest } from './export-file.ts';
import { strimziFile } from './strimzi.ts';
import { terraformConfluentFile, terraformKafkaFile } from './terraform.ts';
import { topicsScript } from './topics-script.ts';

export const exportFormats = {
  'kafka-topics': topicsScript,
  'producer.properties': producerFiles,
  'consumer.properties': consumerFiles,
  'broker.properties': brokerFile,
  strimzi: strimziFile,
  'terraform-kafka': terraformKafkaFile,
  'terraform-confluent': terraformConfluentFile,
  prometheus: alertRulesFile,
} as const satisfies Record<string, (request: ExportRequest) => ExportedFile[]>;

export type ExportFormat = keyof typeof exportFormats;

/** In the order of the formats; each name once. */
export function exportedFiles(request: ExportRequest, formats: readonly ExportFormat[]): ExportedFile[] {
  return [...new Set(formats)].flatMap((format) => exportFormats[format](request));
}
