import process from 'node:process';
import { SETTINGS_FORMATS } from '../../config/render.ts';

/** commander has validated the format. */
export function settings({ format = 'env' }: { readonly format?: string }): Promise<number> {
  process.stdout.write(SETTINGS_FORMATS[format as keyof typeof SETTINGS_FORMATS]());
  return Promise.resolve(0);
}
