export interface Sample {
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly value: number;
}

/** The subset of the Prometheus text format 0.0.4 without quotes and backslashes in label values. */
export function parseMetrics(text: string): readonly Sample[] {
  return text
    .split('\n')
    .filter((line) => line !== '' && !line.startsWith('#'))
    .map((line) => {
      const [, name = '', labels = '', value = ''] = /^(\w+)(?:\{(.*)\})? (\S+)$/.exec(line) ?? [];
      const pairs = [...labels.matchAll(/(\w+)="([^"]*)"/g)].map(([, label = '', is = '']) => [label, is] as const);
      return { name, labels: Object.fromEntries(pairs), value: Number(value) };
    });
}

export async function readMetrics(admin: string | undefined) {
  const text = await (await fetch(`${admin}/metrics`)).text();
  const samples = parseMetrics(text);
  return {
    text,
    samples,
    /** The value of the first sample with at least these labels. */
    value: (name: string, labels: Readonly<Record<string, string>>): number | undefined =>
      samples.find(
        (sample) =>
          sample.name === name && Object.entries(labels).every(([label, value]) => sample.labels[label] === value),
      )?.value,
  };
}
