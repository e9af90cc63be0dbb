/** Changes a body on its way, chunk by chunk. It may write into the chunks that it is given. */
export interface BodyMapper {
  /** The mapped bytes that are certain by now. */
  readonly push: (chunk: Buffer) => Buffer;
  /** The rest. */
  readonly flush: () => Buffer;
  /** A body that is all there; the same Buffer where nothing was mapped. */
  readonly whole: (body: Buffer) => Buffer;
}

export const chainMappers = (first: BodyMapper, second: BodyMapper): BodyMapper => ({
  push: (chunk) => second.push(first.push(chunk)),
  flush: () => Buffer.concat([second.push(first.flush()), second.flush()]),
  whole: (body) => second.whole(first.whole(body)),
});
