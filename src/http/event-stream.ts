export interface StreamEvent {
  readonly name: string;
  /** undefined: as before. */
  readonly id: string | undefined;
  readonly data: unknown;
}

/** Reads server-sent events (WHATWG HTML §9.2) as the admin listener writes them: with one line of JSON each. */
export async function* readEvents(body: AsyncIterable<Uint8Array>): AsyncGenerator<StreamEvent, void> {
  const decoder = new TextDecoder();
  let text = '';
  for await (const chunk of body) {
    const blocks = (text + decoder.decode(chunk, { stream: true })).split('\n\n');
    text = blocks.pop() ?? '';
    for (const block of blocks) if (!block.startsWith(':')) yield readEvent(block);
  }
}

function readEvent(block: string): StreamEvent {
  const fields = new Map<string, string>();
  for (const line of block.split('\n')) {
    const colon = line.indexOf(': ');
    if (colon !== -1) fields.set(line.slice(0, colon), line.slice(colon + 2));
  }
  const data: unknown = JSON.parse(fields.get('data') ?? 'null');
  return { name: fields.get('event') ?? 'message', id: fields.get('id'), data };
}
