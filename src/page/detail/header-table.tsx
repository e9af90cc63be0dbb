import type { JSX } from 'preact';
import { Text } from '../text.tsx';

type Headers = readonly (readonly [name: string, value: string])[];

export function HeaderTable({ headers }: { readonly headers: Headers }): JSX.Element {
  return (
    <details class="part" open>
      <summary>
        Headers <span class="quiet">{headers.length}</span>
      </summary>
      <dl class="headers">
        {headers.map(([name, value], index) => (
          <div key={index}>
            <dt>
              <Text of={name} />
            </dt>
            <dd>
              <Text of={value} />
            </dd>
          </div>
        ))}
      </dl>
    </details>
  );
}
