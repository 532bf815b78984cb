/** The commands of Kafka's own tools that a difference needs, with how to reach the cluster filled in. */
import { addConfig, quoted } from '../export/topics-script.ts';

export interface CommandTarget {
  readonly bootstrap: string;
  /** A properties file for --command-config. */
  readonly commandConfig: string | undefined;
}

export class KafkaCommands {
  readonly #connection: string;

  constructor({ bootstrap, commandConfig }: CommandTarget) {
    this.#connection = `--bootstrap-server ${quoted(bootstrap)}${commandConfig === undefined ? '' : ` --command-config ${quoted(commandConfig)}`}`;
  }

  createTopic(name: string, topic: { partitions: number; replicationFactor: number; properties: Readonly<Record<string, string>> }): string {
    const settings = Object.entries(topic.properties).map(([property, value]) => ` --config ${quoted(`${property}=${value}`)}`).join('');
    return `kafka-topics.sh ${this.#connection} --create --topic ${quoted(name)} --partitions ${topic.partitions} --replication-factor ${topic.replicationFactor}${settings}`;
  }

  addPartitions(name: string, partitions: number): string {
    return `kafka-topics.sh ${this.#connection} --alter --topic ${quoted(name)} --partitions ${partitions}`;
  }

  setConfig(topic: string, property: string, value: string): string {
    return `kafka-configs.sh ${this.#connection} --alter --entity-type topics --entity-name ${quoted(topic)} --add-config ${quoted(addConfig([property, value]))}`;
  }

  electPreferredLeaders(): string {
    return `kafka-leader-election.sh ${this.#connection.replace('--command-config', '--admin.config')} --election-type preferred --all-topic-partitions`;
  }

  /** Writes the file, starts, and looks; the last one, once nothing moves any more, takes the throttle off. */
  reassign(file: string, json: string, throttleBytesPerSecond: number): string[] {
    const reassign = `kafka-reassign-partitions.sh ${this.#connection} --reassignment-json-file ${quoted(file)}`;
    return [`printf '%s\\n' ${quoted(json)} > ${quoted(file)}`, `${reassign} --execute --throttle ${throttleBytesPerSecond}`, `${reassign} --verify`];
  }
}
