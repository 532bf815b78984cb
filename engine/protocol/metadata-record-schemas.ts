/** KRaft metadata records (`__cluster_metadata`): API key, the version that headroom writes, and the schema up to that version. */
import { array, boolean, int16, int32, int64, int8, list, string, uint16, uuid } from './schema.ts';

export const metadataRecordSchemas = {
  registerBroker: { key: 0, version: 3, fields: {
    brokerId: int32(),
    isMigratingZkBroker: boolean({ since: '2+' }),
    incarnationId: uuid(),
    brokerEpoch: int64(),
    endPoints: list({
      name: string(),
      host: string(),
      port: uint16(),
      securityProtocol: int16(),
    }),
    features: list({
      name: string(),
      minSupportedVersion: int16(),
      maxSupportedVersion: int16(),
    }),
    rack: string({ nullable: '0+' }),
    fenced: boolean({ default: true }),
    inControlledShutdown: boolean({ since: '1+' }),
    logDirs: array(uuid(), { since: '3+', tag: 0, tagged: '3+' }),
  } },
  unregisterBroker: { key: 1, version: 0, fields: {
    brokerId: int32(),
    brokerEpoch: int64(),
  } },
  topic: { key: 2, version: 0, fields: {
    name: string(),
    topicId: uuid(),
  } },
  partition: { key: 3, version: 2, fields: {
    partitionId: int32({ default: -1 }),
    topicId: uuid(),
    replicas: array(int32()),
    isr: array(int32()),
    removingReplicas: array(int32()),
    addingReplicas: array(int32()),
    leader: int32({ default: -1 }),
    leaderRecoveryState: int8({ tag: 0, tagged: '0+' }),
    leaderEpoch: int32({ default: -1 }),
    partitionEpoch: int32({ default: -1 }),
    directories: array(uuid(), { since: '1+' }),
    eligibleLeaderReplicas: array(int32(), { since: '2+', nullable: '2+', default: null, tag: 1, tagged: '2+' }),
    lastKnownElr: array(int32(), { since: '2+', nullable: '2+', default: null, tag: 2, tagged: '2+' }),
  } },
  config: { key: 4, version: 0, fields: {
    resourceType: int8(),
    resourceName: string(),
    name: string(),
    value: string({ nullable: '0+' }),
  } },
  partitionChange: { key: 5, version: 2, fields: {
    partitionId: int32({ default: -1 }),
    topicId: uuid(),
    isr: array(int32(), { nullable: '0+', default: null, tag: 0, tagged: '0+' }),
    leader: int32({ default: -2, tag: 1, tagged: '0+' }),
    replicas: array(int32(), { nullable: '0+', default: null, tag: 2, tagged: '0+' }),
    removingReplicas: array(int32(), { nullable: '0+', default: null, tag: 3, tagged: '0+' }),
    addingReplicas: array(int32(), { nullable: '0+', default: null, tag: 4, tagged: '0+' }),
    leaderRecoveryState: int8({ default: -1, tag: 5, tagged: '0+' }),
    directories: array(uuid(), { since: '1+', nullable: '1+', default: null, tag: 8, tagged: '1+' }),
    eligibleLeaderReplicas: array(int32(), { since: '2+', nullable: '2+', default: null, tag: 6, tagged: '2+' }),
    lastKnownElr: array(int32(), { since: '2+', nullable: '2+', default: null, tag: 7, tagged: '2+' }),
  } },
  fenceBroker: { key: 7, version: 0, fields: {
    id: int32(),
    epoch: int64(),
  } },
  unfenceBroker: { key: 8, version: 0, fields: {
    id: int32(),
    epoch: int64(),
  } },
  removeTopic: { key: 9, version: 0, fields: {
    topicId: uuid(),
  } },
  featureLevel: { key: 12, version: 0, fields: {
    name: string(),
    featureLevel: int16(),
  } },
  producerIds: { key: 15, version: 0, fields: {
    brokerId: int32(),
    brokerEpoch: int64({ default: -1 }),
    nextProducerId: int64(),
  } },
  brokerRegistrationChange: { key: 17, version: 1, fields: {
    brokerId: int32(),
    brokerEpoch: int64(),
    fenced: int8({ tag: 0, tagged: '0+' }),
    inControlledShutdown: int8({ since: '1+', tag: 1, tagged: '1+' }),
  } },
  noOp: { key: 20, version: 0, fields: {} },
} as const;
