/** Values in the browser's storage, if it has any. */
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
    // Storage is full or disabled.
  }
}

const placeOf = (name: string): string => `mkio-proxy.${name}`;
