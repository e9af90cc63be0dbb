import { Fragment } from 'preact';
import type { JSX } from 'preact';
import { splitUnseen } from '../text/unseen.ts';

interface TextProps {
  readonly of: string;
  readonly keepsLines?: boolean;
}

/** Text of others: as text alone, and with all of its characters to be seen. */
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
