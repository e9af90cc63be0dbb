import type { FastifyInstance } from 'fastify';
import { findEntity, routeFamily, type Address } from './collections.ts';
import { propertiesOf, type Entity, type Family } from './entities.ts';
import type { Json } from './json.ts';
import type { State } from './state.ts';
import { renderLocatorOf, STREAMING_LOCATORS } from './streaming-locators.ts';
import { LOCATION, PROJECT } from './tenant.ts';

export const ASSETS: Family = {
  kind: 'Asset',
  segment: 'assets',
  blank: {
    properties: {
      alternateId: '',
      description: '',
      storageEncryptionFormat: null,
      encryptionScope: null,
      containerDeletionPolicy: 'Retain',
    },
    labels: {},
  },
  required: ['properties.storageAccountName'],
  patchable: true,
  derive: (asset) => ({ assetId: asset.internalId, container: containerOf(asset) }),
  stateOf: () => 'Ready',
};

export function routeAssets(api: FastifyInstance, state: State): void {
  routeFamily(api, state, ASSETS);

  const post = (action: string, answer: (asset: Entity) => Json) =>
    api.post<{ Params: Address }>(`/media/assets/:name/${action}`, ({ params }) =>
      answer(findEntity(state, ASSETS, params)),
    );
  post('getFileAccessInfo', (asset) => ({
    storageAccountName: propertiesOf(asset).storageAccountName,
    containerName: containerOf(asset),
    jwt: storageJwt(asset, state.clock()),
    url: `https://cluster-1.${LOCATION.name}.streaming.mediakind.com/project/${PROJECT.id}/`,
    subPath: propertiesOf(asset).subPath,
  }));
  post('listStreamingLocators', (asset) => ({
    streamingLocators: [...state.media.values()]
      .filter(({ family, draft }) => family === STREAMING_LOCATORS && namesAsset(draft, asset))
      .map(renderLocatorOf),
  }));

  // Documented with the slash; some clients leave it out.
  for (const path of ['storage', 'storage/']) {
    api.get<{ Params: Address }>(`/media/assets/:name/${path}`, ({ params }) =>
      renderStorage(findEntity(state, ASSETS, params)),
    );
  }
}

function containerOf(asset: Entity): unknown {
  return propertiesOf(asset).container ?? `asset-${asset.internalId}`;
}

function namesAsset(locator: Json, asset: Entity): boolean {
  return (locator.properties as Json).assetName === asset.name;
}

/** JWT-shaped, because callers parse it; no storage exists. */
function storageJwt(asset: Entity, now: number): string {
  const parts = [
    { alg: 'HS256', typ: 'JWT' },
    { sub: asset.internalId, exp: Math.floor(now / 1000) + 3600 },
  ];
  return [...parts.map((part) => JSON.stringify(part)), 'sandbox-storage-signature']
    .map((part) => Buffer.from(part).toString('base64url'))
    .join('.');
}

function renderStorage(asset: Entity): Json {
  const { subPath } = propertiesOf(asset);
  return {
    metadata: { id: asset.internalId, name: asset.name },
    spec: {
      formatHint: 'ams.v0',
      container: containerOf(asset),
      folders: subPath === undefined ? [] : [{ name: subPath }],
      files: [{ name: 'video.mp4', size: 104857600 }],
    },
  };
}
