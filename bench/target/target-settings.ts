/**
 * What a target would refuse only once brokers are started: its addresses, how to connect, and the properties of topic and brokers, as far as
 * they are known before. Another Kafka has properties of its own; the embedded brokers know exactly these.
 */
import { BrokerConfigError, parseBrokerConfig } from '../../engine/broker/broker-config.ts';
import { GroupConfigError } from '../../engine/coordinator/group-config.ts';
import { parseTopicConfig, TopicConfigError, topicProperties } from '../../engine/log/log-config.ts';
import type { BenchOptions } from '../bench-options.ts';
import { nearestName } from '../experiment/file/nearest-name.ts';
import { ExperimentError } from '../experiment-error.ts';
import { parseBootstrap } from './bootstrap.ts';
import { targetSecurity } from './target-security.ts';

/** Throws ExperimentError (usage). */
export function checkTargetSettings({ topic, target }: BenchOptions): void {
  if (target.kind === 'external') {
    parseBootstrap(target.bootstrap);
    targetSecurity(target);
    return;
  }
  const known = topicProperties.map(({ name }) => name);
  const unknown = Object.keys(topic.properties).find((name) => !known.includes(name));
  if (unknown !== undefined) {
    const nearest = nearestName(unknown, known);
    throw new ExperimentError('usage', `--topic-property ${unknown}: unknown property; ${nearest === undefined ? `there are ${known.join(', ')}` : `the nearest known is '${nearest}'`}`);
  }
  try {
    parseTopicConfig(new Map(Object.entries(topic.properties)));
    parseBrokerConfig(target.brokerProperties);
  } catch (error) {
    if (error instanceof TopicConfigError || error instanceof BrokerConfigError || error instanceof GroupConfigError) throw new ExperimentError('usage', error.message, error);
    throw error;
  }
}
