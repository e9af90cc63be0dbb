export interface PressureReadings {
  /** Mean event-loop lag since the last call. */
  readonly readLagMs: () => number;
  /** Heap and buffers. */
  readonly readUsedBytes: () => number;
  readonly collectGarbage: () => void;
}

export interface PressureLimits {
  readonly maxLagMs: number;
  readonly maxUsedBytes: number;
}

export type Pressure = 'lag' | 'memory';

export interface PressureSampler {
  readonly sample: () => void;
  /** The resource that the last samples lacked. */
  readonly read: () => Pressure | undefined;
}

/** A single one may be a pause of the whole machine, which is already over. */
const LAGGING_SAMPLES = 2;

/** Compares readings with limits. A reading that throws counts as one within its limit. */
export function createPressureSampler(readings: PressureReadings, limits: PressureLimits): PressureSampler {
  const { readLagMs, readUsedBytes, collectGarbage } = readings;
  let lagging = 0;
  let isFull = false;
  const isLagging = (): boolean => readLagMs() > limits.maxLagMs;
  const hasMemory = (): boolean => readUsedBytes() <= limits.maxUsedBytes;
  const lacksMemory = (): boolean => {
    if (hasMemory()) return false;
    // V8 collects garbage by its own limit, which can be far above that of a container.
    collectGarbage();
    return !hasMemory();
  };
  return {
    sample: () => {
      lagging = isTrue(isLagging) ? lagging + 1 : 0;
      isFull = isTrue(lacksMemory);
    },
    read: () => {
      if (lagging >= LAGGING_SAMPLES) return 'lag';
      return isFull ? 'memory' : undefined;
    },
  };
}

function isTrue(read: () => boolean): boolean {
  try {
    return read();
  } catch {
    return false;
  }
}
