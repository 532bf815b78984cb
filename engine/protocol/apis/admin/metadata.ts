import { api } from '../../api.ts';
import { array, boolean, int16, int32, list, string, uuid } from '../../schema.ts';

/** Metadata (API key 3), versions 0-12. */
export const Metadata = api({
  key: 3,
  name: 'Metadata',
  versions: [0, 12],
  flexibleFrom: 9,
  request: {
    topics: list({
      topicId: uuid({ since: '10+' }),
      name: string({ nullable: '10+' }),
    }, { nullable: '1+' }),
    allowAutoTopicCreation: boolean({ since: '4+', default: true }),
    includeClusterAuthorizedOperations: boolean({ since: '8-10' }),
    includeTopicAuthorizedOperations: boolean({ since: '8+' }),
  },
  response: {
    throttleTimeMs: int32({ since: '3+' }),
    brokers: list({
      nodeId: int32(),
      host: string(),
      port: int32(),
      rack: string({ since: '1+', nullable: '1+', default: null }),
    }),
    clusterId: string({ since: '2+', nullable: '2+', default: null }),
    controllerId: int32({ since: '1+', default: -1 }),
    topics: list({
      errorCode: int16(),
      name: string({ nullable: '12+' }),
      topicId: uuid({ since: '10+' }),
      isInternal: boolean({ since: '1+' }),
      partitions: list({
        errorCode: int16(),
        partitionIndex: int32(),
        leaderId: int32(),
        leaderEpoch: int32({ since: '7+', default: -1 }),
        replicaNodes: array(int32()),
        isrNodes: array(int32()),
        offlineReplicas: array(int32(), { since: '5+' }),
      }),
      topicAuthorizedOperations: int32({ since: '8+', default: -2147483648 }),
    }),
    clusterAuthorizedOperations: int32({ since: '8-10', default: -2147483648 }),
  },
});
