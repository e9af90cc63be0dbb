/** What this browser keeps for the page; where it keeps nothing, the page does without. */
export function readStored(name: string): string | undefined {
  try {
    return localStorage.getItem(placeOf(name)) ?? undefined;
  } catch {
    return undefined;
  }
}

export function store(name: string, text: string): void {
  try {
    localStorage.setItem(placeOf(name), text);
  } catch {
    // It is full, or switched off.
  }
}

const placeOf = (name: string): string => `mkio-proxy.${name}`;
