import type { JSX } from 'preact';
import type { ExchangeFacts } from '../../traffic/facts.ts';
import { renderDuration, renderTime } from '../../text/figures.ts';
import { readPhases } from '../../traffic/phases.ts';
import { placeOf } from './waterfall.tsx';

/** One line for each phase of an exchange. */
export function Timing({ facts }: { readonly facts: ExchangeFacts }): JSX.Element {
  return (
    <>
      <table class="timing">
        <caption>
          From {renderTime(facts.receivedAtMs)}, {renderDuration(facts.ms)} in all
        </caption>
        <thead>
          <tr>
            <th scope="col">Part</th>
            <th scope="col">Time</th>
            <th scope="col">
              <span>0 ms</span>
              <span>{renderDuration(facts.ms)}</span>
            </th>
          </tr>
        </thead>
        <tbody>
          {readPhases(facts).map(({ name, what, fromMs, toMs }) => (
            <tr key={name}>
              <th scope="row">
                {name}
                <span class="quiet">{what}</span>
              </th>
              <td class="figure">{renderDuration(toMs - fromMs)}</td>
              <td>
                <span class="track">
                  <span class={name} style={placeOf({ fromMs, toMs }, facts.ms)} />
                </span>
              </td>
            </tr>
          ))}
        </tbody>
      </table>
      <p class="quiet">
        Measured by the proxy from the moment the head of the request had come, to the end of the exchange.
      </p>
    </>
  );
}
