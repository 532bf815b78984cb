/** DescribeConfigs: every topic and broker property with its value, default and source. */
import { topicProperties } from '../../log/log-config.ts';
import { RESOURCE_BROKER, RESOURCE_TOPIC } from '../../controller/metadata-image.ts';
import type { ResponseInput } from '../../protocol/api.ts';
import { DescribeConfigs } from '../../protocol/apis.ts';
import { errorCodes } from '../../protocol/errors.ts';
import { route, type Route } from '../../server/request-server.ts';
import { brokerProperties } from '../broker-config.ts';
import type { BrokerState } from '../broker-state.ts';

type ConfigAnswer = NonNullable<NonNullable<ResponseInput<typeof DescribeConfigs>['results']>[number]['configs']>[number];

const SOURCE_TOPIC = 1;
const SOURCE_STATIC_BROKER = 4;
const SOURCE_DEFAULT = 5;
/** BOOLEAN 1, STRING 2, INT 3, LONG 5, DOUBLE 6, LIST 7 */
const typeIds: Record<string, number> = { boolean: 1, string: 2, int: 3, long: 5, double: 6, list: 7 };

export function configRoute(state: BrokerState): Route {
  return route(DescribeConfigs, (body, _context, respond) =>
    respond({
      results: body.resources.map((resource) => {
        const { resourceType, resourceName } = resource;
        if (resourceType === RESOURCE_TOPIC) {
          if (!state.image.topicsByName.has(resourceName)) {
            return { resourceType, resourceName, errorCode: errorCodes.UNKNOWN_TOPIC_OR_PARTITION, errorMessage: null, configs: [] };
          }
          return { resourceType, resourceName, errorMessage: null, configs: wanted(topicConfigs(state, resourceName), resource.configurationKeys) };
        }
        if (resourceType === RESOURCE_BROKER && (resourceName === '' || resourceName === String(state.brokerId))) {
          return { resourceType, resourceName, errorMessage: null, configs: wanted(brokerConfigs(state), resource.configurationKeys) };
        }
        const errorMessage = `Resource type ${resourceType} '${resourceName}' is not described by broker ${state.brokerId}.`;
        return { resourceType, resourceName, errorCode: errorCodes.INVALID_REQUEST, errorMessage, configs: [] };
      }),
    }),
  );
}

function wanted(all: ConfigAnswer[], keys: string[] | null): ConfigAnswer[] {
  return keys === null ? all : all.filter((each) => keys.includes(each.name ?? ''));
}

function topicConfigs(state: BrokerState, topic: string): ConfigAnswer[] {
  const own = state.image.topicProperties.get(topic);
  return topicProperties.map((property) => {
    const value = own?.get(property.name);
    const fallback = state.image.defaults.get(property.name);
    const configSource = value !== undefined ? SOURCE_TOPIC : fallback !== undefined ? SOURCE_STATIC_BROKER : SOURCE_DEFAULT;
    return {
      name: property.name,
      value: value ?? fallback ?? property.default,
      isDefault: configSource === SOURCE_DEFAULT,
      configSource,
      configType: typeIds[property.type] ?? 0,
      documentation: property.doc,
    };
  });
}

function brokerConfigs(state: BrokerState): ConfigAnswer[] {
  return Object.entries(brokerProperties).map(([name, property]) => {
    const value = String(state.config[name as keyof typeof state.config]);
    const isDefault = value === String(property.default);
    return {
      name,
      value,
      readOnly: true,
      isDefault,
      configSource: isDefault ? SOURCE_DEFAULT : SOURCE_STATIC_BROKER,
      configType: typeIds[property.type] ?? 0,
      documentation: property.doc,
    };
  });
}
