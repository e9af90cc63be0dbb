import { expect, test, vi } from 'vitest';
import { createLogQueue } from '../../src/log/queue.ts';

const mask = (text: string): string => text;

/** A destination. `settle` completes its current write. */
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

test('Lines that arrive during a write are sent together in the next write', async () => {
  const { sent, send, settle } = createDestination();
  const queue = createLogQueue({ send, mask, onDropped: () => undefined });
  for (const line of ['a\n', 'b\n', 'c\n']) queue.write(line);
  await settle();
  expect(sent).toEqual(['a\n', 'b\nc\n']);
});

test('wake() during a write causes another write, even if no line waits', async () => {
  const { sent, send, settle } = createDestination();
  const queue = createLogQueue({ send, mask, onDropped: () => undefined });
  queue.write('a\n');
  queue.wake();
  await settle();
  await settle();
  expect(sent).toEqual(['a\n', '']);
});

test('With onBroken, a failed write drops and counts the queued lines, and wake() retries at once', async () => {
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
