export interface ServerEvent {
  /** Empty for a comment, which shows that the other side is alive. */
  readonly name: string;
  /** undefined: as before. */
  readonly id: string | undefined;
  /** JSON. */
  readonly data: string;
}

/** Reads server-sent events (WHATWG HTML §9.2) as the admin listener writes them, with one line of data each. */
export async function* readEvents(body: AsyncIterable<Uint8Array>): AsyncGenerator<ServerEvent, void> {
  const decoder = new TextDecoder();
  let text = '';
  for await (const chunk of body) {
    const blocks = (text + decoder.decode(chunk, { stream: true })).split('\n\n');
    text = blocks.pop() ?? '';
    for (const block of blocks) yield parseBlock(block);
  }
}

function parseBlock(block: string): ServerEvent {
  const fields = new Map(
    block.split('\n').map((line) => {
      const colon = line.indexOf(': ');
      return [line.slice(0, colon), line.slice(colon + 2)];
    }),
  );
  return { name: fields.get('event') ?? '', id: fields.get('id'), data: fields.get('data') ?? 'null' };
}
