/** Changes a body chunk by chunk. It may write into the given chunks. */
export interface BodyMapper {
  /** The bytes whose mapping is final. */
  readonly push: (chunk: Buffer) => Buffer;
  /** The rest. */
  readonly flush: () => Buffer;
  /** Maps a whole body; returns the same Buffer if nothing changed. */
  readonly whole: (body: Buffer) => Buffer;
}

export const chainMappers = (first: BodyMapper, second: BodyMapper): BodyMapper => ({
  push: (chunk) => second.push(first.push(chunk)),
  flush: () => Buffer.concat([second.push(first.flush()), second.flush()]),
  whole: (body) => second.whole(first.whole(body)),
});
