/** What the plan decides for each broker, as a properties file to be added to a server.properties. */
import { BROKER_RESTS, brokerSettings } from './broker-settings.ts';
import { propertyLine } from './client-properties.ts';
import { tieredNotes } from './topics-script.ts';
import { comment, header, type ExportedFile, type ExportRequest } from './export-file.ts';

export function brokerFile(request: ExportRequest): ExportedFile[] {
  const { plan, figures } = request;
  const { zones } = plan.shape;
  const head = header(request, {
    what: `Each of ${plan.shape.brokers} brokers: disk ${figures.text('disk.perBroker')}, ${figures.text('broker.cores')}, memory ${figures.text('broker.memory')} of which heap ${figures.text('broker.heap')}.`,
    rests: [...BROKER_RESTS, 'disk.perBroker', 'broker.memory', 'broker.heap'],
    notes: ['What makes a broker itself (process.roles, node.id, listeners, controller.quorum.*) is left to your server.properties, to which these lines are added.'],
  });
  const place: [string, string, string][] = [['log.dirs', '/var/lib/kafka/data', `a place of yours: ${figures.text('disk.perBroker')}, at most ${figures.cited('disk.fill')} full`]];
  const settings = brokerSettings(request).map(({ name, value, why }): [string, string, string] => [name, value, why]);
  const rack = zones > 1 ? `\n${comment([`Replicas are spread over ${zones} zones only when each broker names its own.`])}# broker.rack=zone-1\n` : '';
  return [{ name: 'broker.properties', text: `${head}${[...place, ...settings].map(propertyLine).join('')}${rack}${tiering(request)}${limits(request)}` }];
}

/** As comments: a broker with the switch on and no class does not start. */
function tiering({ plan }: ExportRequest): string {
  const notes = tieredNotes(plan);
  return notes.length === 0 ? '' : `\n${comment(notes)}# remote.log.storage.system.enable=true\n# remote.log.storage.manager.class.name=\n# remote.log.storage.manager.class.path=\n# remote.log.metadata.manager.listener.name=\n`;
}

/** Limits that Kafka takes at run time only; each is what the plan leaves free. */
function limits({ figures }: ExportRequest): string {
  const egressFree = Math.floor(figures.value('net.egress.allowed') - figures.value('net.egress.used'));
  const rebuild = Math.floor(Math.min(figures.value('net.ingress.allowed') - figures.value('net.ingress.used'), figures.value('disk.write.allowed') - figures.value('disk.write.used')));
  const lines = [
    egressFree > 0 ? `${comment([`A reader of old records takes at most what the plan leaves free on a broker (${figures.cited('net.egress.allowed', 'net.egress.used')}); a default for all clients that have no quota of their own:`])}# kafka-configs.sh --bootstrap-server "$BOOTSTRAP" --alter --entity-type clients --entity-default --add-config consumer_byte_rate=${egressFree}\n` : '',
    rebuild > 0 ? `${comment([`While replicas are moved, --throttle of kafka-reassign-partitions.sh at most (${figures.cited('net.ingress.allowed', 'net.ingress.used', 'disk.write.allowed', 'disk.write.used')}):`])}# --throttle ${rebuild}\n` : '',
  ].filter((line) => line !== '');
  return lines.length === 0 ? '' : `\n${lines.join('\n')}`;
}
