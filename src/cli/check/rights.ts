import { isRecord, readAt } from './answers.ts';

/** Verbs by capability, `{"ams.asset":["get"]}`. */
export type Capabilities = Readonly<Record<string, readonly string[]>>;

/** Rights by organization and project ids, as in MK.IO's `rbac` and a token's `permissions`. */
export interface Rights {
  readonly organizations: Readonly<Record<string, Capabilities>>;
  readonly projects: Readonly<Record<string, Capabilities>>;
}

const ID = /^[\w-]{1,64}$/;
const CAPABILITY = /^[a-z]+(?:\.[a-z]+)+$/i;
const VERB = /^[a-z]+$/i;

/** Reads rights from untrusted JSON and drops unknown words. */
export const resolveRights = (body: unknown, ...path: readonly string[]): Rights => ({
  organizations: readScope(readAt(body, ...path, 'core.customer')),
  projects: readScope(readAt(body, ...path, 'core.project')),
});

const readScope = (scope: unknown): Rights['projects'] =>
  mapRecord(scope, ID, (capabilities) =>
    mapRecord(capabilities, CAPABILITY, (verbs) =>
      (Array.isArray(verbs) ? (verbs as readonly unknown[]) : []).filter(
        (verb): verb is string => typeof verb === 'string' && VERB.test(verb),
      ),
    ),
  );

function mapRecord<T>(value: unknown, keys: RegExp, read: (value: unknown) => T): Readonly<Record<string, T>> {
  const entries = isRecord(value) ? Object.entries(value) : [];
  return Object.fromEntries(entries.filter(([key]) => keys.test(key)).map(([key, inner]) => [key, read(inner)]));
}

/** `ams.asset get update, ams.job get` */
export const renderRights = (rights: Capabilities): string =>
  Object.entries(rights)
    .map(([capability, verbs]) => [capability, ...verbs].join(' '))
    .join(', ');
