import { useEffect, useState } from 'preact/hooks';

export type Resource<T> =
  | { readonly state: 'loading' }
  | { readonly state: 'there'; readonly value: T }
  | { readonly state: 'failed'; readonly error: unknown };

/** The result of `load` for the key; outdated answers are ignored. */
export function useResource<T>(key: string, load: () => Promise<T>): Resource<T> {
  const [held, setHeld] = useState<{ readonly key: string; readonly resource: Resource<T> }>();
  useEffect(() => {
    let isWanted = true;
    const settle = (resource: Resource<T>): void => {
      if (isWanted) setHeld({ key, resource });
    };
    load().then(
      (value) => settle({ state: 'there', value }),
      (error: unknown) => settle({ state: 'failed', error }),
    );
    return () => {
      isWanted = false;
    };
  }, [key]);
  return held?.key === key ? held.resource : { state: 'loading' };
}
