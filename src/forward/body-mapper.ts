/** Changes a body chunk by chunk. It may write into the given chunks. */
export interface BodyMapper {
  /** The bytes that leave now. Others are held until the next call. */
  readonly push: (chunk: Buffer) => Buffer;
  /** Whether `release` returns bytes. */
  readonly isHolding: () => boolean;
  /** The held bytes that may leave after a silence of the upstream. */
  readonly release: () => Buffer;
  /** The rest. */
  readonly flush: () => Buffer;
  /** Maps a whole body; returns the same Buffer if nothing changed. */
  readonly whole: (body: Buffer) => Buffer;
}

export const chainMappers = (first: BodyMapper, second: BodyMapper): BodyMapper => ({
  push: (chunk) => second.push(first.push(chunk)),
  isHolding: () => first.isHolding(),
  release: () => second.push(first.release()),
  flush: () => Buffer.concat([second.push(first.flush()), second.flush()]),
  whole: (body) => second.whole(first.whole(body)),
});
