import { Fragment } from 'preact';
import type { JSX } from 'preact';
import { splitUnseen } from '../text/unseen.ts';

interface TextProps {
  readonly of: string;
  readonly keepsLines?: boolean;
}

/** Text from elsewhere, rendered only as text, with names for invisible characters. */
export function Text({ of, keepsLines = false }: TextProps): JSX.Element {
  const pieces = splitUnseen(of, { keepsLines });
  return (
    <bdi>
      {pieces.map(({ text, isUnseen }, index) =>
        isUnseen ? (
          <span key={index} class="unseen">
            {text}
          </span>
        ) : (
          <Fragment key={index}>{text}</Fragment>
        ),
      )}
    </bdi>
  );
}
