import { expect, test, vi } from 'vitest';
import { createLogQueue } from '../../src/log/queue.ts';

const mask = (text: string): string => text;

/** A destination whose writes the test ends one by one. */
function createDestination() {
  const sent: string[] = [];
  let end: ((error?: Error) => void) | undefined;
  const send = (bytes: Buffer): Promise<number> => {
    sent.push(bytes.toString());
    return new Promise((resolve, reject) => {
      end = (error) => (error ? reject(error) : resolve(bytes.length));
    });
  };
  const settle = async (error?: Error): Promise<void> => {
    end?.(error);
    await new Promise(setImmediate);
  };
  return { sent, send, settle };
}

test('lines that arrive during a write leave together with the next one', async () => {
  const { sent, send, settle } = createDestination();
  const queue = createLogQueue({ send, mask, onDropped: () => undefined });
  for (const line of ['a\n', 'b\n', 'c\n']) queue.write(line);
  await settle();
  expect(sent).toEqual(['a\n', 'b\nc\n']);
});

test('a queue that is woken during a write sends once more, although no line waits', async () => {
  const { sent, send, settle } = createDestination();
  const queue = createLogQueue({ send, mask, onDropped: () => undefined });
  queue.write('a\n');
  queue.wake();
  await settle();
  await settle();
  expect(sent).toEqual(['a\n', '']);
});

test('with onBroken, a failure drops and counts the queue, and waking it tries again at once', async () => {
  const { sent, send, settle } = createDestination();
  const [onDropped, onBroken] = [vi.fn(), vi.fn()];
  const queue = createLogQueue({ send, mask, onDropped, onBroken });
  for (const line of ['a\n', 'b\n']) queue.write(line);
  await settle(new Error('full'));
  queue.write('c\n');
  expect(onBroken).toHaveBeenCalledTimes(1);

  queue.wake();
  queue.write('d\n');
  await settle();
  await settle();
  expect(sent).toEqual(['a\n', '', 'd\n']);
  expect(onDropped.mock.calls).toEqual([[3]]);
});
