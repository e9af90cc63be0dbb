import { onTestFinished } from 'vitest';

export interface TestEvent {
  readonly event: string;
  readonly id: string | undefined;
  readonly data: unknown;
}

export interface Followed {
  /** The next event of this name; undefined if the stream has ended. */
  readonly next: (name: string) => Promise<TestEvent | undefined>;
  readonly leave: () => void;
}

/** Follows server-sent events until the test ends. */
export async function follow(url: string, headers: Record<string, string> = {}): Promise<Followed> {
  const controller = new AbortController();
  onTestFinished(() => controller.abort());
  const answer = await fetch(url, { headers, signal: controller.signal });
  if (answer.status !== 200) throw new Error(`answered by ${answer.status}`);
  const events = readEvents(answer);
  return {
    next: async (name) => {
      for (;;) {
        const { value, done } = await events.next();
        if (done === true) return undefined;
        if (value.event === name) return value;
      }
    },
    leave: () => controller.abort(),
  };
}

/** Keeps a reference to the answer: fetch cancels an unread body when its answer is garbage-collected. */
async function* readEvents(answer: Response): AsyncGenerator<TestEvent, void> {
  const decoder = new TextDecoder();
  let text = '';
  for await (const chunk of (answer.body ?? []) as AsyncIterable<Uint8Array>) {
    const blocks = (text + decoder.decode(chunk, { stream: true })).split('\n\n');
    text = blocks.pop() ?? '';
    for (const block of blocks) yield parse(block);
  }
}

function parse(block: string): TestEvent {
  const fields = new Map(block.split('\n').map((line) => line.split(/: (.*)/, 2) as [string, string]));
  const data: unknown = JSON.parse(fields.get('data') ?? 'null');
  return { event: fields.get('event') ?? 'message', id: fields.get('id'), data };
}
