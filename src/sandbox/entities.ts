import { timestamp, type Json } from './json.ts';
import { PROJECT, USER } from './tenant.ts';

/** How long a resource stays in a state such as `Starting`. */
export const TRANSITION_MS = 4_000;

/** A change that takes time. No timer runs: the state follows from the clock. */
export interface Transition {
  readonly since: number;
  readonly during: string;
  readonly then: string;
}

/** One kind of media resource. */
export interface Family {
  /** Name in `supplemental.kind` and error details: `StreamingEndpoint`. */
  readonly kind: string;
  /** Name in paths: `streamingEndpoints`. */
  readonly segment: string;
  readonly parent?: Family;
  /** Properties that a PUT may set, with their defaults. */
  readonly blank: Json;
  readonly required: readonly string[];
  readonly replaceStatus?: 200 | 201;
  readonly patchable?: boolean;
  /** Properties that the service sets itself. */
  readonly derive: (entity: Entity, now: number) => Json;
  /** Absent if MK.IO has no `/state` for this kind. */
  readonly stateOf?: (entity: Entity, now: number) => string;
}

/** One media resource as requested. The answer to callers is rendered from it. */
export interface Entity {
  readonly family: Family;
  /** Below `media/`, e.g. `transforms/abr-720p/jobs/job-001`. Unambiguous, because names have no slash. */
  readonly path: string;
  readonly name: string;
  readonly internalId: string;
  readonly createdAt: number;
  readonly modifiedAt: number;
  readonly draft: Json;
  readonly transition?: Transition;
}

export function propertiesOf(entity: Entity): Json {
  return entity.draft.properties as Json;
}

export function settle({ since, during, then }: Transition, now: number): string {
  return now - since < TRANSITION_MS ? during : then;
}

export function renderEntity(entity: Entity, now: number): Json {
  const { family, internalId } = entity;
  const times = { created: timestamp(entity.createdAt), lastModified: timestamp(entity.modifiedAt) };
  const properties = { ...propertiesOf(entity), ...times, ...family.derive(entity, now) };
  return {
    name: entity.name,
    id: `/subscriptions/${PROJECT.id}/resourceGroups/default/providers/Microsoft.Media/mediaservices/${PROJECT.name}/${entity.path}`,
    type: ['Microsoft.Media/mediaservices', family.parent?.segment, family.segment].filter(Boolean).join('/'),
    ...entity.draft,
    properties,
    systemData: {
      internalId,
      createdBy: USER.email,
      createdByType: 'User',
      createdAt: properties.created,
      lastModifiedBy: USER.email,
      lastModifiedByType: 'User',
      lastModifiedAt: properties.lastModified,
    },
  };
}
