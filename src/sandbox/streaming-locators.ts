import type { FastifyInstance } from 'fastify';
import { findEntity, routeFamily, type Address } from './collections.ts';
import { propertiesOf, type Entity, type Family } from './entities.ts';
import type { Json } from './json.ts';
import type { State } from './state.ts';

const CLEAR_POLICY = 'Predefined_ClearStreamingOnly';

export const STREAMING_LOCATORS: Family = {
  kind: 'StreamingLocator',
  segment: 'streamingLocators',
  blank: { properties: { filters: [] } },
  required: ['properties.assetName', 'properties.streamingPolicyName'],
  derive: (locator) => ({
    streamingLocatorId: locator.internalId,
    provisioningState: 'Succeeded',
    resourceState: 'Created',
  }),
  stateOf: () => 'Created',
};

export function routeStreamingLocators(api: FastifyInstance, state: State): void {
  routeFamily(api, state, STREAMING_LOCATORS);

  const post = (action: string, answer: (locator: Entity) => Json) =>
    api.post<{ Params: Address }>(`/media/streamingLocators/:name/${action}`, ({ params }) =>
      answer(findEntity(state, STREAMING_LOCATORS, params)),
    );
  post('listPaths', renderPaths);
  post('listContentKeys', (locator) => ({ contentKeys: isEncrypted(locator) ? [renderContentKey(locator)] : [] }));
}

/** The form in which an asset lists its locators. */
export function renderLocatorOf(locator: Entity): Json {
  const { assetName, streamingPolicyName } = propertiesOf(locator);
  return { assetName, streamingPolicyName, ...STREAMING_LOCATORS.derive(locator, 0) };
}

function renderPaths(locator: Entity): Json {
  const encryptionScheme = isEncrypted(locator) ? 'CommonEncryptionCenc' : 'NoEncryption';
  const path = (streamingProtocol: string, format: string) => ({
    streamingProtocol,
    encryptionScheme,
    paths: [`/${locator.internalId}/video.ism/manifest(format=${format})`],
  });
  return { streamingPaths: [path('Hls', 'm3u8-cmaf'), path('Dash', 'mpd-time-cmaf')], downloadPaths: [], drm: {} };
}

function renderContentKey(locator: Entity): Json {
  return {
    id: locator.internalId,
    type: 'CommonEncryptionCenc',
    labelReferenceInStreamingPolicy: 'cencDefaultKey',
    value: Buffer.from('sandbox-key-16-b').toString('base64'),
    policyName: propertiesOf(locator).defaultContentKeyPolicyName ?? null,
    tracks: [],
  };
}

function isEncrypted(locator: Entity): boolean {
  return propertiesOf(locator).streamingPolicyName !== CLEAR_POLICY;
}
