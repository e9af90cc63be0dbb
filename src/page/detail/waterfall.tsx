import type { CSSProperties, JSX } from 'preact';
import type { ExchangeFacts } from '../../traffic/facts.ts';
import { renderDuration } from '../../text/figures.ts';
import { readPhases } from '../../traffic/phases.ts';

/** The phases of an exchange on one line. */
export function Waterfall({ facts }: { readonly facts: ExchangeFacts }): JSX.Element {
  const phases = readPhases(facts);
  const legend = phases.map(({ name, fromMs, toMs }) => `${name} ${renderDuration(toMs - fromMs)}`).join(' · ');
  return (
    <figure>
      <div class="waterfall">
        {phases.map((phase) => (
          <span key={phase.name} class={phase.name} style={placeOf(phase, facts.ms)} />
        ))}
      </div>
      <figcaption class="quiet">{legend}</figcaption>
    </figure>
  );
}

/** Shares of the whole; a phase without duration stays visible. */
export function placeOf({ fromMs, toMs }: { fromMs: number; toMs: number }, wholeMs: number): CSSProperties {
  const share = (ms: number): string => `${((ms / Math.max(wholeMs, 0.1)) * 100).toFixed(2)}%`;
  return { insetInlineStart: share(fromMs), inlineSize: share(toMs - fromMs) };
}
