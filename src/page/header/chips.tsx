import type { ComponentChildren, JSX } from 'preact';
import type { TokenView } from '../../admin/statusz.ts';
import { renderAge } from '../../text/figures.ts';
import { useInspector } from '../inspector.ts';
import type { UpstreamHealth } from '../../admin/upstream-health.ts';
import { Text } from '../text.tsx';
import type { Tone } from '../verdict.ts';

interface ChipProps {
  readonly name: string;
  readonly tone: Tone;
  readonly title?: string;
  /** Used share from 0 to 1. */
  readonly used?: number;
  readonly children: ComponentChildren;
}

/** Without a connection the value is marked as last known. */
export function Chip({ name, tone, title, used, children }: ChipProps): JSX.Element {
  const isCurrent = useInspector().connection.state.value === 'live';
  return (
    <li class={`chip ${isCurrent ? tone : 'quiet'}`} {...(title !== undefined && { title })}>
      <span class="name">{isCurrent ? name : `${name}, last known`}</span>
      <span class="value">{children}</span>
      {used !== undefined && (
        <span class="gauge">
          <span style={{ inlineSize: `${Math.min(1, used) * 100}%` }} />
        </span>
      )}
    </li>
  );
}

const DAY_MS = 86_400_000;

export function TokenChip(): JSX.Element | null {
  const token = useInspector().status.shownToken.value;
  if (token === undefined) return null;
  const { state, source, expiresAtMs, type, lastUnauthorizedAtMs, unauthorized, failure } = token;
  const now = Date.now();
  const words = [
    type,
    expiresAtMs !== undefined && `${Math.max(0, Math.floor((expiresAtMs - now) / DAY_MS))} days left`,
    lastUnauthorizedAtMs !== undefined && `401 ${renderAge(now - lastUnauthorizedAtMs)}`,
    lastUnauthorizedAtMs === undefined && unauthorized > 0 && `${unauthorized} × 401`,
  ].filter((word) => typeof word === 'string');
  return (
    <Chip name="token" tone={TOKEN_TONES[state]} title={failure ?? `from ${source}`}>
      <Text of={[state, ...words].join(' · ')} />
    </Chip>
  );
}

const TOKEN_TONES: Readonly<Record<TokenView['state'], Tone>> = {
  missing: 'bad',
  ok: 'good',
  expiring: 'warn',
  failing: 'warn',
  revoked: 'bad',
  expired: 'bad',
};

/** Hidden while the proxy is ready. */
export function ReadinessChip(): JSX.Element | null {
  const readiness = useInspector().status.readiness.value;
  if (readiness === undefined || readiness.status === 'ok') return null;
  return (
    <Chip name={readiness.status} tone={readiness.status === 'degraded' ? 'warn' : 'bad'}>
      <Text of={readiness.reasons.join('; ')} />
    </Chip>
  );
}

export function UpstreamChip(): JSX.Element | null {
  const { status, store } = useInspector();
  const upstream = status.view.value?.upstream;
  const last = store.known.value.findLast(({ answeredBy }) => answeredBy === 'upstream' || answeredBy === 'failure');
  if (upstream === undefined && last === undefined) return null;
  const state = upstream?.state ?? (last?.answeredBy === 'upstream' ? 'reachable' : 'failing');
  const word = state === 'failing' ? (upstream?.lastFailure?.code ?? last?.code) : upstream?.lastAnswer?.status;
  return (
    <Chip name="MK.IO" tone={UPSTREAM[state].tone} {...(upstream?.origin !== undefined && { title: upstream.origin })}>
      <Text of={word === undefined ? UPSTREAM[state].word : `${UPSTREAM[state].word} · ${word}`} />
    </Chip>
  );
}

const UPSTREAM: Readonly<Record<UpstreamHealth['state'], { readonly word: string; readonly tone: Tone }>> = {
  unknown: { word: 'not asked yet', tone: 'quiet' },
  reachable: { word: 'reachable', tone: 'good' },
  failing: { word: 'failing', tone: 'bad' },
};

export function PolicyChip(): JSX.Element | null {
  const name = useInspector().status.view.value?.policy.name;
  if (name === undefined) return null;
  return (
    <Chip name="policy" tone="quiet">
      <Text of={name} />
    </Chip>
  );
}
