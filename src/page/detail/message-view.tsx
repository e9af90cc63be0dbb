import type { JSX } from 'preact';
import type { MessageView as Message } from '../../admin/exchange-view.ts';
import { BodyView } from './body-view.tsx';
import { HeaderTable } from './header-table.tsx';

interface MessageProps {
  readonly name: 'request' | 'response';
  readonly message: Message | undefined;
  readonly text: string | undefined;
}

export function MessageView({ name, message, text }: MessageProps): JSX.Element {
  if (message === undefined) return <p class="quiet">There was no {name}.</p>;
  return (
    <>
      <HeaderTable headers={message.headers} />
      <BodyView name={name} body={message.body} text={text} />
    </>
  );
}
