import { api } from '../../api.ts';
import { boolean, int16, int32, int64, list, string } from '../../schema.ts';

/** ApiVersions (API key 18), versions 0-4. */
export const ApiVersions = api({
  key: 18,
  name: 'ApiVersions',
  versions: [0, 4],
  flexibleFrom: 3,
  request: {
    clientSoftwareName: string({ since: '3+' }),
    clientSoftwareVersion: string({ since: '3+' }),
  },
  response: {
    errorCode: int16(),
    apiKeys: list({
      apiKey: int16(),
      minVersion: int16(),
      maxVersion: int16(),
    }),
    throttleTimeMs: int32({ since: '1+' }),
    supportedFeatures: list({
      name: string({ since: '3+' }),
      minVersion: int16({ since: '3+' }),
      maxVersion: int16({ since: '3+' }),
    }, { since: '3+', tag: 0, tagged: '3+' }),
    finalizedFeaturesEpoch: int64({ since: '3+', default: -1, tag: 1, tagged: '3+' }),
    finalizedFeatures: list({
      name: string({ since: '3+' }),
      maxVersionLevel: int16({ since: '3+' }),
      minVersionLevel: int16({ since: '3+' }),
    }, { since: '3+', tag: 2, tagged: '3+' }),
    zkMigrationReady: boolean({ since: '3+', tag: 3, tagged: '3+' }),
  },
});
